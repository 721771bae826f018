/**
 * The third-party gateway (wechaty's PuppetServer over its mock puppet), driven from outside for the tests.
 *
 * `node gateway.mjs PORT TOKEN [SELF_ID]`. Orders come as JSON lines on standard input and each is answered by one
 * object; posts of the bot are told by themselves. It ends when its input does. See fake.py for the orders.
 */
import readline from 'node:readline'
import { PuppetServer } from 'wechaty-puppet-service'
import { PuppetMock, mock } from 'wechaty-puppet-mock'
import * as PUPPET from 'wechaty-puppet'

const [port, token, selfId = 'wxid_xiaoxiang'] = process.argv.slice(2)
const GROUP = '27015123@chatroom'
const SELF_NAME = '小象'
const MENTION_END = '\u2005'
const BAR = '- - - - - - - - - - - - - - -'
const TEXT_LIMIT = 5000
const INVALID = 3 // gRPC: INVALID_ARGUMENT
const EXHAUSTED = 8 // gRPC: RESOURCE_EXHAUSTED
const Type = PUPPET.types.Message

const mocker = new mock.Mocker()
const said = new Map() // every message that was delivered, by id
const aliases = new Map() // what members are called in the group, by id
let limited = false
let count = 0

const tell = words => process.stdout.write(JSON.stringify(words) + '\n')
const newId = () => String(BigInt(Date.now()) * 1000n + BigInt(count++ % 1000))

function refuse (why, code = INVALID) {
  const error = new Error(why)
  error.code = code
  throw error
}

function deliver (payload, times = 1) {
  const whole = { id: newId(), timestamp: Date.now(), type: Type.Text, ...payload }
  mocker.cacheMessagePayload.set(whole.id, whole)
  said.set(whole.id, whole)
  for (let time = 0; time < times; time++) {
    puppet.emit('message', { messageId: whole.id })
  }
  return whole.id
}

function called (id) {
  return aliases.get(id) || mocker.cacheContactPayload.get(id)?.name || id
}

/** What WeChat's own programs check before they post, and a little more. */
function check (to, text, mentions) {
  if (!puppet.isLoggedIn) refuse('nobody is logged in', 9)
  if (limited) {
    limited = false
    refuse('too fast: wait 1 s', EXHAUSTED)
  }
  const room = mocker.cacheRoomPayload.get(to)
  if (!room && !mocker.cacheContactPayload.has(to)) refuse(`nobody is called ${to}`)
  if (text !== undefined && (!text.trim() || [...text].length > TEXT_LIMIT)) refuse('a text of no use')
  if (mentions.length && !room) refuse('a mention in private')
  for (const id of mentions) {
    if (!room.memberIdList.includes(id)) refuse(`${id} is no member`)
  }
  if ((text || '').split(MENTION_END).length - 1 !== mentions.length) refuse('mentions and their marks differ')
  return room ? { roomId: to } : { listenerId: to }
}

class Puppet extends PuppetMock {
  async messageSendText (to, text, mentionIdList = []) {
    const where = check(to, text, mentionIdList)
    const key = deliver({ ...where, text, talkerId: this.currentUserId, mentionIdList })
    tell({ post: { text, key, form: 'text', quote: null, mentions: mentionIdList, to } })
    return key
  }

  async messageSendFile (to, file) {
    const where = check(to, undefined, [])
    const content = await file.toBuffer()
    const picture = content.subarray(1, 4).toString() === 'PNG' || content.readUInt16BE(0) === 0xffd8
    if (picture !== /\.(png|jpe?g)$/i.test(file.name)) refuse('the name and the content of a file differ')
    const key = deliver({ ...where, talkerId: this.currentUserId, filename: file.name, type: picture ? Type.Image : Type.Attachment })
    tell({ post: { text: file.name, key, form: picture ? 'picture' : 'file', quote: null, size: content.length, to } })
    return key
  }

  async roomMemberRawPayload (roomId, contactId) {
    const payload = await super.roomMemberRawPayload(roomId, contactId)
    return { ...payload, roomAlias: aliases.get(contactId) || '' }
  }

  async messageUrl (id) {
    return { title: said.get(id)?.title || '', url: 'https://example.org' }
  }

  ding (data) {
    if (!mute) this.emit('dong', { data: data || '' })
  }
}
let mute = false

const puppet = new Puppet({ mocker })
const me = mocker.createContact({ id: selfId, name: SELF_NAME, type: 1 })
const group = mocker.createRoom({ id: GROUP, topic: 'PG 交流 3 群', memberIdList: [selfId], ownerId: '', adminIdList: [] })
mocker.use(() => { mocker.login(me); return () => {} })

function member (id, name, type = 1) {
  if (!mocker.cacheContactPayload.has(id)) mocker.createContact({ id, name, type })
  if (!group.payload.memberIdList.includes(id)) group.payload.memberIdList.push(id)
}

const orders = {
  say ({ text, member: id = 'wxid_m1', name = '阿棠', mention, quote, picture, again, direct }) {
    member(id, name)
    const words = (mention ? `@${SELF_NAME}${MENTION_END}` : '') + text
    const quoted = quote ? said.get(quote) : undefined
    if (quote && !quoted) refuse(`nothing has the id ${quote}`)
    const front = quoted ? `「${called(quoted.talkerId)}：${quoted.text || '[图片]'}」\n${BAR}\n` : ''
    const payload = { talkerId: id, mentionIdList: mention ? [selfId] : [], ...(direct ? { listenerId: selfId } : { roomId: GROUP }) }
    return { said: deliver(picture ? { ...payload, type: Type.Image } : { ...payload, text: front + words }, again ? 2 : 1) }
  },
  /** Deliver any payload at all. */
  message ({ payload }) { return { said: deliver(payload) } },
  /** Let anything happen that a puppet can say. */
  emit ({ event, payload }) { puppet.emit(event, payload); return { done: 'emit' } },
  odd () { member('wxid_m1', '阿棠'); deliver({ talkerId: 'wxid_m1', roomId: GROUP, type: Type.Post }); return { done: 'odd' } },
  join ({ members, names = {}, by }) {
    for (const id of [...members, by]) member(id, names[id] || id)
    puppet.emit('room-join', { inviteeIdList: members, inviterId: by, roomId: GROUP, timestamp: Date.now() })
    return { done: 'join' }
  },
  leave ({ members, by }) {
    for (const id of members) group.payload.memberIdList.splice(group.payload.memberIdList.indexOf(id), 1)
    puppet.emit('room-leave', { removeeIdList: members, removerId: by, roomId: GROUP, timestamp: Date.now() })
    return { done: 'leave' }
  },
  topic ({ topic }) { group.topic(topic).by(me); puppet.dirtyPayload(PUPPET.types.Dirty.Room, GROUP); return { done: 'topic' } },
  card ({ member: id, alias, name }) {
    if (alias !== undefined) aliases.set(id, alias)
    if (name !== undefined) mocker.cacheContactPayload.get(id).name = name
    puppet.dirtyPayload(PUPPET.types.Dirty.Contact, id)
    puppet.dirtyPayload(PUPPET.types.Dirty.RoomMember, GROUP)
    return { done: 'card' }
  },
  recall ({ key }) { return { said: deliver({ talkerId: said.get(key).talkerId, roomId: GROUP, type: Type.Recalled, text: key }) } },
  async logout () { await puppet.logout(); return { done: 'logout' } },
  login () { mocker.login(me); return { done: 'login' } },
  deaf ({ deaf }) { mute = deaf; return { done: 'deaf' } },
  limited () { limited = true; return { done: 'limited' } },
}

await new PuppetServer({ endpoint: `127.0.0.1:${port}`, puppet, token, tls: { disable: true } }).start()
readline.createInterface({ input: process.stdin }).on('line', async line => {
  const { do: what, ...order } = JSON.parse(line)
  try {
    tell(await orders[what](order))
  } catch (error) {
    tell({ failed: String(error) })
  }
}).on('close', () => process.exit(0))
tell({ ready: true })
