"""The names of what Telegram puts into updates and messages: what we ask for, pass over, and know."""

from __future__ import annotations

# What is asked for. The rest (reactions, inline queries, channels, shops) would only make noise.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member", "chat_member")
UNWANTED = frozenset({
    "business_connection", "business_message", "channel_post", "chat_boost", "chat_join_request",
    "chosen_inline_result", "deleted_business_messages", "edited_business_message", "edited_channel_post",
    "guest_message", "inline_query", "managed_bot", "message_reaction", "message_reaction_count", "poll",
    "poll_answer", "pre_checkout_query", "purchased_paid_media", "removed_chat_boost", "shipping_query",
})  # fmt: skip

# Lines of the platform itself that tell nothing we keep.
SERVICE = frozenset({
    "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed", "chat_owner_left",
    "chat_shared", "checklist_tasks_added", "checklist_tasks_done", "connected_website", "delete_chat_photo",
    "direct_message_price_changed", "forum_topic_closed", "forum_topic_created", "forum_topic_edited",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift",
    "gift_upgrade_sent", "giveaway_completed", "giveaway_created", "giveaway_winners", "group_chat_created",
    "managed_bot_created", "message_auto_delete_timer_changed", "new_chat_photo", "new_chat_title",
    "paid_message_price_changed", "passport_data", "pinned_message", "poll_option_added", "poll_option_deleted",
    "proximity_alert_triggered", "refunded_payment", "successful_payment", "suggested_post_approval_failed",
    "suggested_post_approved", "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded",
    "supergroup_chat_created", "unique_gift", "users_shared", "video_chat_ended",
    "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started", "web_app_data",
    "write_access_allowed",
})  # fmt: skip

# What a message carries beside what it says.
ENVELOPE = frozenset({
    "author_signature", "business_connection_id", "caption", "caption_entities", "chat", "date",
    "direct_messages_topic", "edit_date", "effect_id", "entities", "external_reply", "forward_date",
    "forward_from", "forward_from_chat", "forward_from_message_id", "forward_origin", "forward_sender_name",
    "forward_signature", "from", "guest_bot_caller_chat", "guest_bot_caller_user", "guest_query_id",
    "has_media_spoiler", "has_protected_content", "is_automatic_forward", "is_from_offline", "is_paid_post",
    "is_topic_message", "link_preview_options", "media_group_id", "message_id", "message_thread_id",
    "paid_star_count", "quote", "reply_markup", "reply_to_checklist_task_id", "reply_to_message",
    "reply_to_poll_option_id", "reply_to_story", "sender_boost_count", "sender_business_bot", "sender_chat",
    "sender_tag", "show_caption_above_media", "suggested_post_info", "text", "via_bot",
})  # fmt: skip
