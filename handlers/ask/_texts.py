"""What is said around a question that the bot carries: to its asker in private, and in the group."""

from __future__ import annotations

from handlers import Text


class Texts:
    """To the asker every step names the cheapest answer; the group hears who asks, or that somebody does."""

    HELP = Text(
        zh="私聊我，我替你到群里问，可以不署名", en="in private: I ask a group for you, without your name if you wish"
    )
    HERE = Text(
        zh="这里直接问就行，@我 带上问题。不想自己在群里问，私聊我「问 加上问题」，我替你问，可以不署名。",
        en="Just ask here, with a mention of me. To have me ask for you, even without your name, "
        "tell me in private: /ask and the question.",
    )
    WHAT = Text(
        zh="要问什么？现象、报错、版本写在一条里发我。我先找有没有解决过的，要不要发到群里你定。算了回「取消」。",
        en="What is the question? What happens, the error and the version, in one message. I look for an answer first; "
        "whether to ask a group is up to you. /cancel ends this.",
    )
    NOT_FOUND = Text(zh="没找到解决过的，我不乱猜。", en="I found nothing that was solved before, and I do not guess.")
    WHERE = Text(zh="替你发到哪个群？回数字：{choices}", en="In which group shall I ask? Reply the number: {choices}")
    WHETHER = Text(zh="替你发到「{group}」？回「发」。", en="Shall I ask in {group}? Reply “post”.")
    HOW = Text(
        zh="不署名加「匿名」，像「{example}」。不用发就回「取消」。",
        en="Without your name: “{example}”. To leave it: /cancel.",
    )
    NOWHERE = Text(
        zh="现在没有能替你发的群：我只发到你在的、管理员点过头的群，群里要安静时也不发。直接在群里问吧。",
        en="There is no group where I can ask for you now: only where you are, where the admins agreed, "
        "and which is not quiet. Ask there yourself.",
    )
    CHOICE = Text(
        zh="没看出选哪个。回 1 到 {count} 的数字，不署名加「匿名」；不发了回「取消」。",
        en="I cannot tell which. Reply a number from 1 to {count}, with “anonymous” if you wish; /cancel ends this.",
    )
    CHOICE_ONE = Text(
        zh="没看出发不发。发就回「发」，不署名回「匿名」；不发了回「取消」。",
        en="I cannot tell. Reply “post”, or “anonymous”; /cancel ends this.",
    )
    CLOSED = Text(
        zh="「{group}」这会儿不能替你发了，没发。换个群就重新说「问」。",
        en="{group} takes nothing now, so I posted nothing. For another group, say /ask again.",
    )
    ENOUGH = Text(
        zh="今天已经替你问过 {count} 题，明天再替你问。急的话直接在群里说。",
        en="I asked {count} questions for you today; more tomorrow. If it cannot wait, ask in the group.",
    )
    POSTED = Text(zh="发到「{group}」了，记为 #{thread}。", en="Posted in {group}, as #{thread}.")
    POSTED_UNSIGNED = Text(
        zh="发到「{group}」了，没写你的名字，记为 #{thread}。", en="Posted in {group} without your name, as #{thread}."
    )
    AFTERWARDS = Text(
        zh="有人应了我私聊告诉你；要补充就回复这条，我带过去。好了回「解决了」。",
        en="I tell you in private when somebody answers; to add something reply to this. Once solved: /solved.",
    )

    ASKED = Text(zh="{name}托我问（#{thread}）：", en="{name} asked me to ask (#{thread}):")
    ASKED_UNSIGNED = Text(zh="有人托我问（#{thread}）：", en="Somebody asked me to ask (#{thread}):")
    ADDED = Text(zh="{name}补充 #{thread}：", en="{name} adds to #{thread}:")
    ADDED_UNSIGNED = Text(zh="问 #{thread} 的人补充：", en="Whoever asked #{thread} adds:")
    BACK = Text(
        zh="知道一点也有用，回复这条就行，我带给提问的人。",
        en="Whatever you know helps: reply to this, and I carry it back.",
    )

    CARRIED = Text(zh="带到 #{thread} 里了。", en="Carried to #{thread}.")
    NO_MORE = Text(
        zh="#{thread} 补充得够多了，群里会嫌吵，这条我没带。", en="#{thread} has had enough additions; I left this one."
    )
    QUIET = Text(zh="那个群现在要安静，这条我没带过去。", en="That group wants quiet now, so I did not carry this.")
    NOT_POSTED = Text(
        zh="#{thread} 没发到「{group}」：平台没收。我撤回了这一题，麻烦你直接在群里问。",
        en="#{thread} did not reach {group}: the platform did not take it. I took it back; please ask there yourself.",
    )
    PERHAPS = Text(
        zh="#{thread} 不知道发没发到「{group}」，我没有重发。群里没有的话，麻烦你自己问一句。",
        en="#{thread} may not have reached {group}; I did not repeat it. If it is not there, please ask yourself.",
    )
    ANSWERED = Text(zh="{head} 有人应了：", en="{head}, somebody answered:")
    SAID = Text(zh="{name}：{words}", en="{name}: {words}")
    SOMEBODY = Text(zh="有人", en="Somebody")
    MORE = Text(zh="另有 {count} 条，发「看 {thread}」。", en="{count} more: /show {thread}.")
    THEN = Text(
        zh="好了回「解决了」，没好回「没解决」；补充就回复这条，我带过去。",
        en="Solved: /solved. Not solved: /reopen. To add something, reply to this.",
    )
    SOLVED = Text(zh="解决了", en="Solved")
    REOPEN = Text(zh="没解决", en="Not solved")
