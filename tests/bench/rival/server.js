// The endpoint for batches as one would write it with Fastify and
// better-sqlite3, for `make bench` to measure beside the server. The same wire,
// checks, totals and durability: a batch's signature, the chain of its lines
// and what each line says are checked, a repeated line counts once, and the
// answer with its signed receipt goes out after a synced commit that all waiting
// requests share.
//
//   node server.js DEVICES DATABASE PORT-FILE
//
// DEVICES as `ingest_load record` writes them: id, token and public key a line.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as crypto from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import Fastify from 'fastify'

const NONE = '0'.repeat(64)
const LINES_MAX = 500
const BYTES_MAX = 4 << 20
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const OUTCOMES = ['rated', 'declined', 'timeout', 'withdrawn']
const MODES = ['transaction', 'walk-up', 'walk-up-offline']
const STORED = 1, ALREADY = 2, CONFLICT = 3

const sha256 = crypto.hash
    ? (bytes) => crypto.hash('sha256', bytes, 'hex')
    : (bytes) => crypto.createHash('sha256').update(bytes).digest('hex')

class Refusal extends Error {
    constructor (status, title, members) {
        super(title)
        this.status = status
        this.members = members
    }
}

// --- Devices ------------------------------------------------------------------

const SPKI = Buffer.from('302a300506032b6570032100', 'hex') // Ed25519, RFC 8410
const devices = new Map() // by the token's hash
readFileSync(process.argv[2], 'utf8').trim().split('\n').forEach((line, i) => {
    const [id, token, key] = line.split(' ')
    devices.set(sha256(token), {
        no: i + 1,
        id,
        key: crypto.createPublicKey({
            key: Buffer.concat([SPKI, Buffer.from(key, 'base64')]), format: 'der', type: 'spki'
        })
    })
})
const own = crypto.generateKeyPairSync('ed25519').privateKey

// --- Database -----------------------------------------------------------------

const db = new Database(process.argv[3])
db.pragma('journal_mode = WAL')
db.pragma('synchronous = FULL')
db.exec(`
    CREATE TABLE IF NOT EXISTS heads (device INTEGER, gen INTEGER, seq INTEGER, hash BLOB, seen_at INTEGER,
        state TEXT, PRIMARY KEY (device, gen)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS lines (device INTEGER, gen INTEGER, seq INTEGER, hash BLOB, bytes BLOB,
        PRIMARY KEY (device, gen, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS ids (device INTEGER, id BLOB, gen INTEGER, seq INTEGER,
        PRIMARY KEY (device, id)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS visits (device INTEGER, gen INTEGER, seq INTEGER, at INTEGER, outcome INTEGER,
        level INTEGER, mode INTEGER, counter TEXT, field TEXT, procedure TEXT, step TEXT, officer TEXT,
        PRIMARY KEY (device, gen, seq)) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS totals (dimension INTEGER, grain INTEGER, period INTEGER, key TEXT,
        level_1 INTEGER, level_2 INTEGER, level_3 INTEGER, level_4 INTEGER, level_5 INTEGER,
        declined INTEGER, timeout INTEGER, withdrawn INTEGER, offered INTEGER,
        PRIMARY KEY (dimension, grain, period, key)) STRICT, WITHOUT ROWID;`)
const findHead = db.prepare('SELECT seq, hash FROM heads WHERE device = ? AND gen = ?')
const putHead = db.prepare('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?)')
const findLine = db.prepare('SELECT hash FROM lines WHERE device = ? AND gen = ? AND seq = ?')
const putLine = db.prepare('INSERT INTO lines VALUES (?, ?, ?, ?, ?)')
const putId = db.prepare('INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)')
const putVisit = db.prepare('INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
const addTotal = db.prepare(`INSERT INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET level_1 = level_1 + excluded.level_1, level_2 = level_2 + excluded.level_2,
    level_3 = level_3 + excluded.level_3, level_4 = level_4 + excluded.level_4,
    level_5 = level_5 + excluded.level_5, declined = declined + excluded.declined,
    timeout = timeout + excluded.timeout, withdrawn = withdrawn + excluded.withdrawn,
    offered = offered + excluded.offered`)

// --- Reading ------------------------------------------------------------------

function readLine (text, bytes, header, seq) {
    const line = JSON.parse(text)
    const sound = line.v === 1 && line.device === header.device && line.gen === header.gen && line.seq === seq &&
        UUID.test(line.id) && line.prev?.length === 64 && line.kind === 'visit' &&
        OUTCOMES.includes(line.outcome) && MODES.includes(line.mode) &&
        (line.outcome === 'rated'
            ? Number.isInteger(line.level) && line.level >= 1 && line.level <= 5
            : line.level === null) &&
        !Number.isNaN(Date.parse(line.opened_at)) && !Number.isNaN(Date.parse(line.closed_at)) &&
        Array.isArray(line.reasons) && Array.isArray(line.answers)
    if (!sound) throw new Refusal(422, 'a line is not sound', { line: seq })
    return { visit: line, bytes, hash: sha256(bytes), id: Buffer.from(line.id.replaceAll('-', ''), 'hex') }
}

function readBatch (body, gzip, device) {
    if (gzip) body = gunzipSync(body, { maxOutputLength: BYTES_MAX })
    let end = body.indexOf(10)
    const header = JSON.parse(body.toString('utf8', 0, end))
    if (header.batch !== 1 || header.device !== device.id) throw new Refusal(422, 'not this device')
    const { gen, from, to, head, nonce } = header
    const count = to - from + 1
    if (!(count >= 0 && count <= LINES_MAX)) throw new Refusal(413, 'too many lines')
    const signed = `hailong.batch.1\n${device.id}\n${gen}\n${to}\n${head}\n${nonce}\n`
    if (!crypto.verify(null, Buffer.from(signed), device.key, Buffer.from(header.sig, 'base64'))) {
        throw new Refusal(422, 'the signature does not fit')
    }
    const lines = []
    for (let seq = from; seq <= to; seq++) {
        const start = end + 1
        end = body.indexOf(10, start)
        if (end < 0) throw new Refusal(422, 'a line is missing')
        const bytes = body.subarray(start, end)
        const line = readLine(bytes.toString('utf8'), bytes, header, seq)
        if (seq > from && line.visit.prev !== lines[lines.length - 1].hash) throw new Refusal(422, 'the chain is broken')
        lines.push(line)
    }
    if (count > 0 && lines[count - 1].hash !== head) throw new Refusal(422, 'the head is another')
    return { device, header, lines, receivedTo: 0, receivedHead: NONE, statuses: [] }
}

// --- Storing ------------------------------------------------------------------

// The totals of a commit are merged in memory and written once.
function count (cells, visit, at, device) {
    const local = new Date(at + 7 * 3600000)
    const day = Math.floor((at + 7 * 3600000) / 86400000)
    const month = local.getUTCFullYear() * 12 + local.getUTCMonth()
    const official = local.getUTCDate() >= 15 ? month + 1 : month
    const hour = String(local.getUTCHours())
    const weekday = String(local.getUTCDay())
    const keys = ['', visit.counter ?? '', visit.field ?? '', visit.procedure ?? '', visit.officer ?? '',
        device.id, visit.step ?? '', visit.mode, hour, weekday, weekday + '-' + hour]
    const column = visit.outcome === 'rated' ? visit.level - 1 : 4 + OUTCOMES.indexOf(visit.outcome)
    for (let dimension = 0; dimension < keys.length; dimension++) {
        for (let grain = 0; grain < 3; grain++) {
            const period = grain === 0 ? day : grain === 1 ? month : official
            const name = dimension + ' ' + grain + ' ' + period + ' ' + keys[dimension]
            let cell = cells.get(name)
            if (!cell) {
                cell = [dimension, grain, period, keys[dimension], 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cells.set(name, cell)
            }
            cell[4 + column]++
            if (visit.mode === 'transaction') cell[12]++
        }
    }
}

function storeLine (batch, line, cells) {
    const { device, header: { gen } } = batch
    const { visit } = line
    const hash = Buffer.from(line.hash, 'hex')
    const at = Date.parse(visit.opened_at)
    putLine.run(device.no, gen, visit.seq, hash, line.bytes)
    if (putId.run(device.no, line.id, gen, visit.seq).changes === 0) return CONFLICT
    putVisit.run(device.no, gen, visit.seq, at, OUTCOMES.indexOf(visit.outcome), visit.level,
        MODES.indexOf(visit.mode), visit.counter, visit.field, visit.procedure, visit.step, visit.officer)
    count(cells, visit, at, device)
    return STORED
}

function storeBatch (batch, cells) {
    const { device, header, lines } = batch
    const held = findHead.get(device.no, header.gen)
    let seq = held ? held.seq : 0
    let hash = held ? held.hash.toString('hex') : NONE
    if (header.from > seq + 1) return new Refusal(409, 'gap', { expected: seq + 1 })
    for (const line of lines) {
        if (line.visit.seq <= seq) {
            const before = findLine.get(device.no, header.gen, line.visit.seq)
            if (before.hash.toString('hex') !== line.hash) return new Refusal(409, 'fork')
            batch.statuses.push(ALREADY)
            continue
        }
        if (line.visit.prev !== hash) return new Refusal(409, 'fork')
        batch.statuses.push(storeLine(batch, line, cells))
        seq = line.visit.seq
        hash = line.hash
    }
    putHead.run(device.no, header.gen, seq, Buffer.from(hash, 'hex'), Date.now(), JSON.stringify(header.state ?? null))
    batch.receivedTo = seq
    batch.receivedHead = hash
    return null
}

const store = db.transaction((waiting) => {
    const cells = new Map()
    for (const work of waiting) work.refusal = storeBatch(work.batch, cells)
    for (const cell of cells.values()) addTotal.run(cell)
})

// Who came while the event loop was busy shares one commit.
let waiting = []
function commit () {
    const all = waiting
    waiting = []
    try {
        store.immediate(all)
    } catch (error) {
        for (const work of all) work.reject(error)
        return
    }
    for (const work of all) work.refusal ? work.reject(work.refusal) : work.resolve()
}

function stored (batch) {
    return new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commit)
        waiting.push({ batch, resolve, reject, refusal: null })
    })
}

// --- The endpoint -------------------------------------------------------------

const STATUS = ['', 'stored', 'already', 'conflict']

function answer (batch) {
    const { header, receivedTo, receivedHead } = batch
    const at = new Date().toISOString()
    const text = `hailong.receipt.1\n${header.device}\n${header.gen}\n${receivedTo}\n${receivedHead}\n${header.nonce}\n${at}\n`
    return {
        results: batch.lines.map((line, i) => ({ seq: line.visit.seq, id: line.visit.id, status: STATUS[batch.statuses[i]] })),
        received_to: receivedTo,
        server_time: at,
        config_version: 1,
        next_gen: header.gen + 1,
        receipt: { to: receivedTo, head: receivedHead, at, sig: crypto.sign(null, Buffer.from(text), own).toString('base64') }
    }
}

const app = Fastify({ logger: false, bodyLimit: BYTES_MAX })
app.addContentTypeParser('application/x-ndjson', { parseAs: 'buffer' }, (request, body, done) => done(null, body))
app.setErrorHandler((error, request, reply) => {
    reply.code(error.status ?? error.statusCode ?? 500).type('application/problem+json')
        .send({ title: error.message, ...error.members })
})
app.post('/api/v1/batches', async (request) => {
    const device = devices.get(sha256((request.headers.authorization ?? '').replace(/^Bearer /, '')))
    if (!device) throw new Refusal(401, 'the token is none of this server\'s')
    const batch = readBatch(request.body, request.headers['content-encoding'] === 'gzip', device)
    await stored(batch)
    return answer(batch)
})

await app.listen({ host: '127.0.0.1', port: 0 })
writeFileSync(process.argv[4] + '.new', String(app.server.address().port))
renameSync(process.argv[4] + '.new', process.argv[4])
process.on('SIGTERM', async () => {
    await app.close()
    db.close()
    process.exit(0)
})
