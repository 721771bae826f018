"""What is said about questions for speakers."""

from __future__ import annotations

from handlers import Text


class Texts:
    """The number and the way to it first; nobody who asks is named where others read."""

    HELP = Text(zh="给讲者提问题，票多的先答", en="ask the speakers; the most wanted comes first")
    HELP_UP = Text(zh="这个问题我也想问讲者", en="I want the speakers to answer this, too")
    HELP_LIST = Text(zh="大家想问讲者什么，按票数", en="what people ask the speakers, by votes")
    HELP_TICK = Text(zh="讲者的问题答过了，勾掉", en="a question was answered; tick it off")
    HELP_HIDE = Text(zh="不合适的提问不再列出", en="list a question no more")
    HELP_ANSWER = Text(zh="专家答疑：答一个提问，发到群里", en="Expert Q&A: answer a question, posted in the group")
    USAGE = Text(zh="这样写：「问 E57 你的问题」。", en="Like this: /q E57 your question")
    USAGE_UP = Text(zh="同问哪个提问？像「同问 Q12」。", en="Which one? Like this: /up Q12")
    USAGE_LIST = Text(
        zh="哪个活动的提问？像「提问 E57」，往后翻「提问 E57 2」。",
        en="Of which event? Like this: /questions E57, and /questions E57 2 for more.",
    )
    USAGE_TICK = Text(
        zh="这样写：「答过 Q12」，勾错了「答过 Q12 取消」。", en="Like this: /answered Q12; undo: /answered Q12 undo"
    )
    USAGE_HIDE = Text(
        zh="这样写：「隐藏 Q12」，还列出来「隐藏 Q12 取消」。", en="Like this: /hide Q12; undo: /hide Q12 undo"
    )
    USAGE_ANSWER = Text(zh="这样写：「答 Q12 你的回答」。", en="Like this: /answer Q12 your answer")

    NOTED = Text(
        zh="{number} 记下了，{event}{title}。票多的先答。",
        en="{number} noted for {event} {title}; the most wanted first.",
    )
    NOTED_HERE = Text(zh="{number} 记下了：「{words}」", en="{number} noted: “{words}”")
    MORE_HERE = Text(zh="另外 {count} 个也记下了。", en="{count} more are noted, too.")
    VOTE = Text(
        zh="也想问的回「同问 {number}」，看都有哪些：「提问 {event}」。",
        en="Want it answered, too? /up {number}. All of them: /questions {event}",
    )
    AGAIN = Text(zh="这个你问过了，是 {number}。", en="You asked that already: {number}.")
    JOINED = Text(
        zh="有人问过一样的：{number}，给你算一票。", en="Somebody asked the same: {number}. Your vote counts."
    )
    ENOUGH = Text(
        zh="{event} 你已经问了 {count} 个，留点给别人。投票不限：「提问 {event}」。",
        en="You asked {count} at {event} already. Votes are free: /questions {event}",
    )
    LONG = Text(
        zh="一个提问最多 {most} 字，这个有 {count} 字，收短一点再发。",
        en="A question has {most} characters at most, this one has {count}. Please shorten it.",
    )
    NOTHING = Text(zh="问什么？这样写：「问 {event} 你的问题」。", en="What is the question? /q {event} your question")
    OVER = Text(
        zh="{event} 已经结束，不再收提问了。有问题直接在群里问。",
        en="{event} is over and takes no more questions. Ask in the group.",
    )
    OFF = Text(zh="{event} 取消了，不收提问。", en="{event} was called off.")

    UP = Text(zh="{number} 的同问记下了，现在 {votes} 票。", en="Your vote for {number} counts, {votes} in all.")
    UP_HERE = Text(
        zh="{event} 提问的同问记下了，票数看「提问 {event}」。", en="Votes noted; see them with /questions {event}"
    )
    UP_KNOWN = Text(zh="{number} 你同问过了，现在 {votes} 票。", en="You voted for {number} already, {votes} in all.")
    UP_OWN = Text(zh="{number} 就是你问的，现在 {votes} 票。", en="{number} is your own question, {votes} votes.")
    UP_ANSWERED = Text(zh="{number} 答过了。", en="{number} was answered.")
    UP_THREAD = Text(zh="{number} 答过了：发「看 {thread}」。", en="{number} was answered: /show {thread}")
    NO_SUCH = Text(
        zh="没有 {number} 这个提问。看有哪些：「提问」加活动编号，像「提问 E57」。",
        en="There is no {number}. See them: /questions and the event, as in /questions E57",
    )

    NONE = Text(
        zh="{event}{title}还没有提问。想问：「问 {event} 你的问题」。",
        en="No questions for {event} {title} yet: /q {event} …",
    )
    HEAD = Text(zh="{event}{title}的提问，按票数：", en="Questions for {event} {title}, by votes:")
    HEAD_PAGE = Text(
        zh="{event}{title}的提问，按票数，第 {page} 页：", en="Questions for {event} {title}, page {page}:"
    )
    LINE = Text(zh="{number} {words}{votes}", en="{number} {words}{votes}")
    LINE_HOST = Text(zh="{number} {name}{words}{votes}", en="{number} {name}{words}{votes}")
    BY = Text(zh="{name}：", en="{name}: ")
    VOTES = Text(zh="（同问 {count}）", en=" (+{count})")
    DONE = Text(zh="，答过了", en=", answered")
    LEFT = Text(
        zh="还有 {count} 个没列，往后翻：「提问 {event} {page}」。", en="{count} more: /questions {event} {page}"
    )
    LEFT_ALL = Text(zh="还有 {count} 个，票少些。", en="{count} more with fewer votes.")
    HOW = Text(
        zh="也想问的回「同问 {number}」，新的「问 {event} 你的问题」。",
        en="Vote with /up {number}, ask with /q {event} …",
    )
    HOST_HOW = Text(
        zh="答了勾掉「答过 {number}」，不合适「隐藏 {number}」。",
        en="Tick off with /answered {number}, take off with /hide {number}.",
    )
    HOST_ANSWER = Text(
        zh="答疑：「答 {number} 你的回答」，我连问带答发到群里；勾掉「答过 {number}」，不合适「隐藏 {number}」。",
        en="/answer {number} … posts both in the group; /answered {number} ticks it off, /hide {number} takes it off.",
    )
    NO_PAGE = Text(zh="没有第 {page} 页，一共 {pages} 页。", en="There is no page {page} of {pages}.")

    NOT_YOURS = Text(
        zh="{number} 由讲者或管理员来勾。你也想问，回「同问 {number}」。",
        en="{number} is ticked off by speakers and admins. To vote for it: /up {number}",
    )
    TICKED = Text(zh="{number} 勾掉了，还有 {left} 个没答。", en="{number} is ticked off, {left} left.")
    TICKED_ALL = Text(zh="{number} 勾掉了，都答完了。", en="{number} is ticked off; that was the last one.")
    UNTICKED = Text(zh="{number} 又列在没答的里了。", en="{number} is open again.")
    HIDDEN = Text(
        zh="{number} 不再列出。还列出来：「隐藏 {number} 取消」。",
        en="{number} is listed no more. Undo: /hide {number} undo",
    )
    SHOWN = Text(zh="{number} 又列出来了。", en="{number} is listed again.")


class Answering:
    """What is said around an answer that goes into the group."""

    NOT_QA = Text(
        zh="{event} 不是专家答疑，回答在现场说就好；答完勾掉：「答过 {number}」。",
        en="{event} is no expert Q&A; answer it there, then /answered {number}.",
    )
    NOT_YOURS = Text(
        zh="{number} 由讲者、专家或管理员来答。你知道的话，等发到群里接着说。",
        en="{number} is for speakers, experts and admins. Once it is in the group, everyone may add.",
    )
    NOTHING = Text(zh="只能转文字：「答 {number} 你的回答」。", en="Words only: /answer {number} your answer")
    NOWHERE = Text(
        zh="{event} 面向的群里现在没有我能发的。答过了回「答过 {number}」。",
        en="There is no group of {event} in which I may post now. Once answered: /answered {number}",
    )
    SILENT = Text(
        zh="{number} 的提问者现在不让记，转不成问答。答过了回「答过 {number}」。",
        en="Who asked {number} is not to be recorded, so it cannot become a thread. Once answered: /answered {number}",
    )
    ASKED = Text(zh="{event} 答疑 {number}，{name}问：", en="{event} Q&A {number}, {name} asks:")
    ASKED_UNSIGNED = Text(zh="{event} 答疑 {number}，有位朋友问：", en="{event} Q&A {number}, somebody asks:")
    SAID = Text(zh="{name}答：", en="{name} answers:")
    SAID_UNSIGNED = Text(zh="有位朋友答：", en="The answer:")
    THEN = Text(
        zh="记为 #{thread}。提问的朋友好了回「解决了」，没好回「没解决」，别人直接接着说。",
        en="Kept as #{thread}. Its asker: /solved or /reopen. Everyone may add.",
    )
    POSTED = Text(
        zh="{number} 发到{group}了，记为 #{thread}，署名{name}。要补再发一次「答 {number} …」。",
        en="{number} is posted in {group} as #{thread}, by {name}. To add: /answer {number} …",
    )
    POSTED_UNSIGNED = Text(
        zh="{number} 发到{group}了，记为 #{thread}，没署名。要补再发一次「答 {number} …」。",
        en="{number} is posted in {group} as #{thread}, without your name. To add: /answer {number} …",
    )
    MASKED = Text(
        zh="里面像口令、电话、IP 的我遮了。", en="What looked like a password, a phone number or an IP is masked."
    )
    TOLD = Text(
        zh="你问 {event} 的 {number} 有回答了，记为 #{thread}：",
        en="Your {number} for {event} was answered, see #{thread}:",
    )
    TOLD_HOW = Text(
        zh="好了回「解决了 {thread}」，没好回「没解决 {thread}」。不回也没事。",
        en="/solved {thread} if it helps, /reopen {thread} if not. Silence is fine, too.",
    )
