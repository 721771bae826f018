"""What is said to experts, and to who may become one."""

from __future__ import annotations

from handlers import Text


class Texts:
    """Consent in so many words, a limit that can be seen, and a way out in every line."""

    HELP = Text(
        zh="有人答不上的题，私聊来问你：愿意、多少、什么时候", en="be asked, in private, what nobody could answer"
    )
    HELP_ON = Text(zh="愿意被请来答题", en="agree to be asked")
    HELP_OFF = Text(zh="不再被请", en="be asked no more")
    HELP_REST = Text(zh="一周不来问你", en="not be asked for a week")
    HELP_PASS = Text(zh="这题换个人问", en="let somebody else be asked")
    HELP_SKILL = Text(zh="说你擅长哪些主题", en="say which topics you know")
    HELP_LIST = Text(zh="请了谁、答了多少，负担匀不匀", en="who agreed to be asked, and how the load lies")
    USAGE = Text(
        zh="愿意发「可以找我」，不愿意「别找我」，歇歇「歇一周」。"
        "「当专家 每周 2」定次数，「当专家 免扰 12:00-14:00」定时段。",
        en="/expert on, /expert off, /rest; /expert cap 2 sets how often, /expert hours 12:00-14:00 when not.",
    )
    UNSTABLE = Text(
        zh="这个平台上你的号每次登录都变，我认不准人，请不了你。",
        en="On this platform your id changes from login to login; I could not be sure that it is you.",
    )
    SILENT = Text(
        zh="你现在设了「别记我」，我没法请你答题。先发「记我」。",
        en="You asked not to be recorded, so I cannot ask you. Send /optin first.",
    )
    AGREED = Text(
        zh="好，记下了。群里没人答上、你又熟的题，我私聊问你，不在群里 @。",
        en="Noted. What a group could not answer and you may know, I ask you in private, never with a mention.",
    )
    LIMITS = Text(
        zh="7 天最多 {cap} 次，两次至少隔 {pause} 小时，{quiet} 不打扰。",
        en="At most {cap} in 7 days, {pause} hours apart, never {quiet}.",
    )
    WAYS_OUT = Text(
        zh="不想了发「别找我」，歇歇发「歇一周」，改次数发「当专家 每周 2」。",
        en="/expert off ends it, /rest is for a week off, /expert cap 2 changes how often.",
    )
    WHAT = Text(
        zh="擅长什么，说一声我请得准：「擅长 {example}」。",
        en="What do you know? It helps to ask you the right things: /skill {example}",
    )
    OFF = Text(zh="好，不来问你了。谢谢你帮过的忙。", en="Right, I ask you no more. Thank you for helping.")
    WAS_OFF = Text(
        zh="你没说过「可以找我」，我本来就不会来问你。", en="You never agreed to be asked, so I would not have."
    )
    NOT_YET = Text(
        zh="你还没说过「可以找我」。说了我才会来问你，不说就不问。",
        en="You have not agreed to be asked, so I never do. To agree: /expert on",
    )
    RESTS = Text(
        zh="好，歇到 {day}，到时我再来。想早点回来，发「可以找我」。",
        en="Right, no questions until {day}. To come back earlier: /expert on",
    )
    STANDS = Text(
        zh="你说过可以找你，这 7 天问了你 {count} 次。", en="You agreed to be asked; {count} in these 7 days."
    )
    RESTING = Text(zh="现在歇着，到 {day}。", en="Resting until {day}.")
    CAP = Text(zh="好，7 天最多问你 {cap} 次。", en="Right, at most {cap} in 7 days.")
    CAP_NONE = Text(zh="好，先一次都不问；想开了再定次数。", en="Right, none until you set another number.")
    HOURS = Text(zh="好，{quiet} 不打扰，夜里本来就不打扰。", en="Right, never {quiet}; nights are quiet anyway.")
    NO_HOURS = Text(zh="好，只留夜里不打扰。", en="Right, only nights are quiet.")
    BAD_HOURS = Text(
        zh="时段这样写：「当专家 免扰 12:00-14:00」，不要了发「当专家 免扰 无」。",
        en="Like this: /expert hours 12:00-14:00, or /expert hours none.",
    )


class Skills:
    """What is said about topics."""

    NOTED = Text(zh="记下了，你擅长：{topics}。", en="Noted, you know: {topics}.")
    DROPPED = Text(zh="去掉了：{topics}。", en="Taken off: {topics}.")
    NOTHING = Text(zh="你没说过擅长这些。", en="You had not said that you know these.")
    MINE = Text(zh="你说过擅长：{topics}。", en="You said that you know: {topics}.")
    LEARNT = Text(zh="答好过题、我也会来问的：{topics}。", en="Learnt from your answers: {topics}.")
    NONE = Text(
        zh="你还没说擅长什么。这样写：「擅长 {example}」；主题有：{topics}。",
        en="You have not said what you know. Like this: /skill {example}. Topics: {topics}.",
    )
    UNKNOWN = Text(zh="没有「{words}」这个主题，像的有：{near}。", en="There is no topic “{words}”; near ones: {near}.")
    HOW = Text(zh="去掉一个：「擅长 去掉 {topic}」。", en="To take one off: /skill drop {topic}")
    MOST = Text(zh="最多记 {most} 个主题，先去掉几个。", en="At most {most} topics; drop some first.")


class Answering:
    """What is said around the words that go into the group."""

    PREVIEW = Text(
        zh="要转给 #{thread} 的话吗？会这样发到群里：", en="Is this for #{thread}? It would be posted like this:"
    )
    SEND = Text(
        zh="发出去回「发」，不发回「取消」；再写一句，我接在后面。",
        en="Reply “send” to post it, “cancel” not to; what else you write is added.",
    )
    AGAIN = Text(zh="发出去回「发」，不发回「取消」。", en="Reply “send” to post it, “cancel” not to.")
    POSTED = Text(
        zh="转到{group}了，署名{name}。多谢。要补要改，再回那条就行。",
        en="Posted in {group}, by {name}. Thank you. To add or correct something, reply to my question again.",
    )
    POSTED_UNSIGNED = Text(
        zh="转到{group}了，没署名。多谢。要补要改，再回那条就行。",
        en="Posted in {group}, without your name. Thank you. To add something, reply to my question again.",
    )
    MASKED = Text(
        zh="里面像口令、电话、IP 的我遮了。", en="What looked like a password, a phone number or an IP is masked."
    )
    NO_HURRY = Text(zh="不急，想到了再回那条。", en="No hurry. Reply to that message whenever something comes to mind.")
    WORDS_ONLY = Text(
        zh="图片和文件我转不了，写成字回我就行。", en="I can carry words only, no pictures or files; please write it."
    )
    NOTHING_LEFT = Text(zh="那几句你撤回了，没有可发的。", en="You took those words back; nothing is left to post.")
    GONE = Text(
        zh="#{thread} 已经撤回了，不用答了。多谢。", en="#{thread} was taken back and needs no answer. Thank you."
    )
    SAID = Text(zh="{name}答 #{thread}：", en="{name} on #{thread}:")
    SAID_UNSIGNED = Text(zh="有位朋友答 #{thread}：", en="Somebody on #{thread}:")
    THEN = Text(
        zh="好了回「解决了」，没好回「没解决」，要追问直接在群里说。",
        en="If it helps, reply /solved; if not, /reopen; more questions are welcome here.",
    )
    PASSED = Text(zh="好，#{thread} 我另外找人。", en="Right, I ask somebody else about #{thread}.")
    PASSED_NOBODY = Text(
        zh="好。#{thread} 眼下没有别人可请，留在「还有谁在等」里。",
        en="Right. Nobody else can be asked about #{thread} now; it stays among those that wait.",
    )
    NONE_OPEN = Text(zh="没有在等你看的题。", en="No question waits for you.")
    STAYS = Text(
        zh="#{thread} 那句已经发到群里，我撤不回来。说错了就再回一句，我接着转。",
        en="What you said on #{thread} is in the group; I cannot take it back. Reply again to correct it.",
    )
