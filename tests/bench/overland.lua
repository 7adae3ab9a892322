-- Every request is a batch of 200 positions that nobody has sent before: the same instants, each batch at
-- another latitude. So the body is joined from pieces that are made once, and wrk has time to send.
-- Each of wrk's threads has a range of latitudes of its own.
local threads = 0

function setup(thread)
    thread:set("client", threads)
    threads = threads + 1
end

local pieces = {}
local count = 0

function init()
    local before = '{"type":"Feature","geometry":{"type":"Point","coordinates":[11.%06d,'
    local after = ']},"properties":{"timestamp":"2024-06-15T10:%02d:%02dZ","altitude":519,"speed":4,"course":90,'
        .. '"horizontal_accuracy":10,"vertical_accuracy":4,"speed_accuracy":0.5,"course_accuracy":2.1,'
        .. '"motion":["driving"],"battery_state":"unplugged","battery_level":0.8,"device_id":"phone","wifi":""}}'
    local text = '{"locations":['
    for i = 0, 199 do
        pieces[#pieces + 1] = text .. string.format(before, i)
        text = string.format(after, math.floor(i / 60), i % 60) .. (i < 199 and "," or "]}")
    end
    pieces[#pieces + 1] = text
    wrk.headers["Authorization"] = "Bearer bench-token"
    wrk.headers["Content-Type"] = "application/json"
end

function request()
    count = count + 1
    local latitude = string.format("%.7f", 10 + client * 30 + count * 0.0000010)
    return wrk.format("POST", "/overland", nil, table.concat(pieces, latitude))
end
