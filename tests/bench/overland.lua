-- Every request is a batch of 200 positions that nobody has sent before, a second apart: what a phone sends
-- that was away. Each batch is of another hour, so the body is joined from pieces that are made once, and wrk
-- has time to send. Each of wrk's threads has ten years of its own.
local threads = 0

function setup(thread)
    thread:set("client", threads)
    threads = threads + 1
end

local FIRST = 1072915200 -- 2004-01-01T00:00:00Z
local TEN_YEARS = 315576000
local pieces = {}
local count = 0

function init()
    local before = '{"type":"Feature","geometry":{"type":"Point","coordinates":[11.%06d,48.%06d]},"properties":{"timestamp":"'
    local after = ':%02d:%02dZ","altitude":519,"speed":4,"course":90,'
        .. '"horizontal_accuracy":10,"vertical_accuracy":4,"speed_accuracy":0.5,"course_accuracy":2.1,'
        .. '"motion":["driving"],"battery_state":"unplugged","battery_level":0.8,"device_id":"phone","wifi":""}}'
    local text = '{"locations":['
    for i = 0, 199 do
        pieces[#pieces + 1] = text .. string.format(before, i * 31, i * 17)
        text = string.format(after, math.floor(i / 60), i % 60) .. (i < 199 and "," or "]}")
    end
    pieces[#pieces + 1] = text
    wrk.headers["Authorization"] = "Bearer bench-token"
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    local hour = os.date("!%Y-%m-%dT%H", FIRST + client * TEN_YEARS + count * 3600)
    count = count + 1
    return wrk.format("POST", "/overland", nil, table.concat(pieces, hour))
end
