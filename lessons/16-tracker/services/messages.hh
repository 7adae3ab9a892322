// What the tracker's processes say to each other. Every message is one frame of a channel, at most
// daemon::Channel::kMaxMessage bytes, and begins with its kind.
//
//   receiver -> store   batch       ticket, then items: fixes, quarantined messages, heartbeats
//   store -> receiver   answer      ticket, durable or not, reason
//                       directory   a part of the device directory
//                       room        whether the quarantine takes more points (a byte)
//                       kept        whether it has the points that were asked for
//                       places      where those are whom another device may see
//   receiver -> store   ask_kept    does the quarantine have these points?
//                       refused     who was refused, and why (services/refusal_messages)
//                       want_posts  I am the caller, and post to web hooks (services/hook_messages)
//                       posted      what a receiver said of a post
//   store -> receiver   post        one for a web hook; to the caller only
//   caller -> store     forwarded   what has been sent on, and that more is wanted
//   store -> caller     to_forward  what is to be sent on next (services/forward_messages)
//   either way          heard       devices, and networks that they were heard from
//   web app -> store    listen      somebody looks (1) or nobody does (0)
//                       change      something is to be changed for a person (services/changes)
//   store -> web app    stored      commit sequence, the fixes that were new; without fixes, in
//                                   answer to listen: what comes after this commit is announced
//                       devices     the list of devices has changed
//                       change_done what came of the change
//                       accounts    who may log in, or see whom, has changed
//                       missed      announcements were dropped: read the store again
//                       refused     what the receivers say of it
//                       passages    devices that came to a place or left one
//   supervisor -> all   peer        here is your channel to another service (with a descriptor)
//                       stop        finish what you have begun, then end
//                       settings    the configuration was read again
//                       devices     somebody edited the devices: look
//   supervisor -> web app  certificate  a descriptor of the new one; key follows
//                          key      its key's, and the number of the question
//                       count       say your counters
//   either way          figures     say those of all services; each as JSON, and an empty one at
//   the end web app -> supervisor  identity_taken  that number, a blank, and "" or why the old ones
//   stay all -> supervisor   ready       I serve; the store says kNoAccounts if there are none
//                       devices     the store has told the receivers of the edited devices
//                       counters    a JSON object
//                       failed      the exit code (a byte) and why I end

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fix.hh"

namespace waymark::tracker {

enum class MessageKind : std::uint8_t {
    batch = 1,
    answer,
    directory,
    stored,
    devices,
    missed,
    peer,
    stop,
    settings,
    count,
    ready,
    counters,
    listen,
    failed,
    room,
    heard,
    ask_kept,
    kept,
    places,
    change,
    change_done,
    accounts,
    certificate,
    key,
    identity_taken,
    refused,
    figures,
    passages,
    want_posts,
    post,
    posted,
    forwarded,
    to_forward,
};

// Which service a process runs. Receivers, and their threads, have one kind and different numbers:
// thread t of receiver r is r * threads + t, and to it the store is number t.
// The caller is one more receiver to the store, behind all of these; it alone may ask for fixes.
enum class ServiceKind : std::uint8_t { store = 1, receiver, web_app, demo, caller };
std::string_view name_of(ServiceKind kind);

// With the store's "ready".
inline constexpr std::string_view kNoAccounts = "no accounts";

class ByteReader;
class ByteWriter;

// A fix within a message.
void put(ByteWriter& out, const Fix& fix);
Fix get_fix(ByteReader& in);

using Ticket = std::uint64_t;
using Item = std::variant<Fix, Quarantined, Heartbeat>;

// Grows a batch item by item until it is full.
class BatchWriter {
  public:
    // Starts a batch in `out`, which is emptied.
    static void begin(std::string& out, Ticket ticket);

    // Goes on with a batch that was begun in `out`, which stays the caller's.
    explicit BatchWriter(std::string& out) : out_(out) {}

    // False, and nothing is written, when the item does not fit any more.
    bool add(const Fix& fix);
    bool add(const Quarantined& quarantined);
    bool add(const Heartbeat& heartbeat);

  private:
    bool keep_if_it_fits(std::size_t size_before);

    std::string& out_;
};

struct Batch {
    Ticket ticket = 0;
    std::vector<Item> items;
};

struct Answer {
    Ticket ticket = 0;
    bool durable = false;
    std::string reason;  // why not
};

// The fixes of one commit that were new; a large commit takes several messages. Without fixes: all
// commits after this one will be announced.
struct Stored {
    std::uint64_t sequence = 0;
    std::vector<Fix> fixes;
};

struct Listen {
    bool wanted = false;
};

// Whether the quarantine takes more.
struct Room {
    bool left = true;
};

struct Peer {
    ServiceKind kind = ServiceKind::store;
    std::uint16_t number = 0;
};

// The kind of a message; no known one for an empty message.
MessageKind kind_of(std::string_view message);

// The readers return false for a message that is cut short or has something left over.
bool read(std::string_view message, Batch& batch);
bool read(std::string_view message, Answer& answer);
bool read(std::string_view message, Stored& stored);
bool read(std::string_view message, Peer& peer);
bool read(std::string_view message, Listen& listen);
bool read(std::string_view message, Room& room);
// The text after the kind, for directory, settings and counters.
std::string_view text_of(std::string_view message);

std::string write(const Answer& answer);
std::string write(const Peer& peer);
std::string write(const Listen& listen);
std::string write(const Room& room);
std::string write_empty(MessageKind kind);
std::string write_text(MessageKind kind, std::string_view text);
// A Stored without fixes.
std::string write_begin(std::uint64_t sequence);
// In as many messages as it takes.
std::vector<std::string> write_stored(std::uint64_t sequence, const std::vector<Fix>& fixes);

}  // namespace waymark::tracker
