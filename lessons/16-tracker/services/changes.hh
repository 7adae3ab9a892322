// What people change from the web app's pages. The web app cannot write, so it asks the store by
// the name of the change, with arguments in JSON; the store does it in a transaction of its own
// between two of the phones', and answers with a status and JSON for the page.
//
// A change that would take long does a part, and its answer says that there is more: the page asks
// again. Phones wait for one part at most.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/store.hh"
#include "web_app/viewer.hh"

namespace waymark::tracker {

// The web app has looked already at what this person may do; what is asked is done.
struct ChangeRequest {
    std::uint64_t id = 0;  // comes back with the answer
    UserNumber by = 0;
    std::string by_name;
    std::string from;       // the address, for the audit log; "" where it is not known
    std::string name;       // "device.add"
    std::string arguments;  // a JSON object
};

// What a change did.
struct ChangeResult {
    int status = 200;         // of HTTP
    std::string body = "{}";  // JSON; of a refusal {"error":"..."}
    bool devices = false;     // who may send, or what devices are called, has changed
    bool fixes = false;       // what was announced is not what is stored any more
    bool accounts = false;    // who may log in, or see whom, has changed
    bool places = false;      // where coming and going is noticed, or whom it is posted to
};

struct ChangeDone {
    std::uint64_t id = 0;
    int status = 200;
    std::string body;
};

// One change. Runs within a transaction, which is rolled back if it throws: UsageError for what the
// person must correct (400), StoreError (503).
using Change = ChangeResult (*)(Connection& connection, const ChangeRequest& request,
                                UnixMillis now);

// Does what is asked; does not throw for what it asks. An unknown name is 404.
ChangeResult make_change(Store& store, const ChangeRequest& request, UnixMillis now);

bool read(std::string_view message, ChangeRequest& request);
bool read(std::string_view message, ChangeDone& done);
std::string write(const ChangeRequest& request);
std::string write(const ChangeDone& done);

}  // namespace waymark::tracker
