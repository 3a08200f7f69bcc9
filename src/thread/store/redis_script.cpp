#include "longpolld/thread/store/redis_script.hpp"

namespace longpolld::redis_script {
namespace {

constexpr std::string_view clock_text = R"(
local function text(number) return string.format('%.0f', number) end
local function clock()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end
)";

// Goes on in the history of this key, or not at all.
const std::string history_text = std::string(clock_text) + R"(
local meta = redis.call('HMGET', KEYS[1], 'key', 'n', 'base', 'base_ms', 'time', 'promised')
if meta[1] ~= ARGV[1] then return redis.error_reply('HISTORY this is another history') end
local n, base, base_ms = tonumber(meta[2]), tonumber(meta[3]), tonumber(meta[4])
local latest, promised = tonumber(meta[5]), tonumber(meta[6])
if not (n and base and base_ms and latest and promised) then
  return redis.error_reply('DAMAGED the meta of the history')
end
local now = math.max(clock(), latest)
)";

// Position of the last event of a stream; nothing where no event of this history was in it.
constexpr std::string_view last_text = R"(
local function last_of(stream)
  local info = redis.pcall('XINFO', 'STREAM', stream)
  if info.err then
    if redis.call('EXISTS', stream) == 0 then return nil end
    return nil, info.err
  end
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      local ms, ordinal = string.match(info[i + 1], '^(%d+)-(%d+)$')
      ms, ordinal = tonumber(ms), tonumber(ordinal)
      if ordinal > base then return {ms = ms, ordinal = ordinal} end
      return {ms = ms, ordinal = nil}
    end
  end
end
)";

}  // namespace

const std::string look = R"(
local meta = redis.call('HMGET', KEYS[1], 'key', 'n', 'base', 'base_ms', 'time', 'promised', 'id', 'format', 'limits')
for i = 1, 9 do meta[i] = meta[i] or '' end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
meta[10] = first[1] and first[1][1] or ''
local mine = ARGV[1] ~= '' and redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1]) or {}
meta[11] = mine[1] and mine[1][2] or {}
return meta
)";

const std::string begin = std::string(clock_text) + R"(
local had = redis.call('HMGET', KEYS[1], 'key', 'time', 'promised')
if (had[1] or '') ~= ARGV[1] then return 0 end
local last = '0'
local info = redis.pcall('XINFO', 'STREAM', KEYS[2])
if info.err then
  if redis.call('EXISTS', KEYS[2]) == 1 then return redis.error_reply(info.err) end
else
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = string.match(info[i + 1], '^%d+') end
  end
end
local now = math.max(clock(), tonumber(ARGV[4]), tonumber(had[2] or 0), tonumber(had[3] or 0), tonumber(last)) + 1
if ARGV[3] ~= '0' then now = now + 1000 end -- behind what was stamped ahead
redis.call('HSET', KEYS[1], 'key', ARGV[2], 'n', ARGV[3], 'base', ARGV[3], 'base_ms', text(now), 'time', text(now),
  'promised', text(now), 'id', text(now) .. '-' .. ARGV[3], 'format', ARGV[5], 'limits', ARGV[6])
return 1
)";

const std::string publish = history_text + std::string(last_text) + R"(
local streams = tonumber(ARGV[7])
local repeats = ARGV[5] ~= '0' and KEYS[streams + 3]
if repeats then
  local had = redis.call('GET', repeats)
  local key, body, ids = string.match(had or '', '^(%S+) (%S+) (.+)$')
  if key == ARGV[1] then
    if body ~= ARGV[6] then return redis.error_reply('OTHERBODY the key was used for another body') end
    return {1, n, ids}
  end
end
local last = {}
for i = 1, streams do
  local at, wrong = last_of(KEYS[i + 2])
  if wrong then return redis.error_reply(wrong) end
  last[i] = at or {}
end
local ids, log_id = {}, ''
for i = 8, #ARGV, 4 do
  local at = last[tonumber(ARGV[i])]
  n = n + 1
  local before = at.ordinal and text(at.ms) or ''
  local stamp = math.max(now, (at.ms or 0) + 1, promised + 1)
  if stamp > now + 1000 then stamp = math.max(at.ms or 0, promised + 1) end
  at.ms = stamp
  at.ordinal = at.ordinal and at.ordinal + 1 or n
  local id = text(at.ms) .. '-' .. text(at.ordinal)
  log_id = text(now) .. '-' .. text(n)
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], log_id, 'k', ARGV[1], 'c', ARGV[i + 1], 'i', id, 'p', before,
    's', ARGV[i + 2], 'd', ARGV[i + 3])
  redis.call('XADD', KEYS[tonumber(ARGV[i]) + 2], 'MAXLEN', ARGV[2], id, 'p', before, 's', ARGV[i + 2],
    'd', ARGV[i + 3])
  ids[#ids + 1] = id
end
for i = 1, streams do redis.call('PEXPIRE', KEYS[i + 2], ARGV[4]) end
redis.call('HSET', KEYS[1], 'n', text(n), 'time', text(now), 'id', log_id)
local all = table.concat(ids, ' ')
if repeats then redis.call('SET', repeats, ARGV[1] .. ' ' .. ARGV[6] .. ' ' .. all, 'PX', ARGV[5]) end
return {0, n, all}
)";

const std::string purge = history_text + std::string(last_text) + R"(
local at, wrong = last_of(KEYS[3])
if wrong then return redis.error_reply(wrong) end
if not (at and at.ordinal) then return {n, 0} end
local count = redis.call('XLEN', KEYS[3])
if count == 0 then return {n, 0} end
n = n + 1
local log_id = text(now) .. '-' .. text(n)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], log_id, 'k', ARGV[1], 'c', ARGV[3], 'x', text(at.ordinal))
redis.call('XTRIM', KEYS[3], 'MAXLEN', 0)
redis.call('HSET', KEYS[1], 'n', text(n), 'time', text(now), 'id', log_id)
return {n, count}
)";

const std::string time = history_text + R"(
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'time', text(now), 'promised', text(now)) end
return {n, now}
)";

const std::string load = history_text + std::string(last_text) + R"(
local at, wrong = last_of(KEYS[2])
if wrong then return redis.error_reply(wrong) end
local last = at and at.ordinal and text(at.ms) .. '-' .. text(at.ordinal) or ''
return {n, now, last, redis.call('XRANGE', KEYS[2], ARGV[2], '+', 'COUNT', ARGV[3])}
)";

}  // namespace longpolld::redis_script
