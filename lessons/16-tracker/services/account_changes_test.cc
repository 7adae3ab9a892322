#include "services/account_changes.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/folder_under_test.hh"
#include "store/accounts.hh"
#include "store/open_database.hh"
#include "store/reader.hh"

using namespace waymark::tracker;
using nlohmann::json;
using waymark::daemon::TemporaryFolder;

namespace {

struct ChangedAccounts {
    TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    Store store{path};

    ChangeResult make(const std::string& name, const json& arguments, UserNumber by = 0,
                      UnixMillis now = 1000) {
        ChangeRequest request;
        request.by = by;
        request.by_name = "Anna";
        request.from = "192.0.2.1:5";
        request.name = name;
        request.arguments = arguments.dump();
        return make_change(store, request, now);
    }
    ChangeResult first(const std::string& name = "Anna") {
        return make("account.first", {{"name", name},
                                      {"password_hash", "hash"},
                                      {"session", to_hex(hash_token("token"))},
                                      {"agent", "Firefox"}});
    }
    Reader reader() { return Reader(path); }
};

}  // namespace

TEST_CASE("the first account is an admin's, logged in, and there is one first only") {
    ChangedAccounts changed;
    const ChangeResult result = changed.first();
    CHECK(result.status == 200);
    CHECK(result.accounts);
    const Account account = changed.reader().accounts().at(0);
    CHECK(account.role == Role::admin);
    const Session session = changed.reader().sessions().at(0);
    CHECK(session.user == account.number);
    CHECK(session.token == hash_token("token"));
    CHECK(session.address == "192.0.2.1:5");
    CHECK(json::parse(result.body)["session"] == session.number);
    CHECK(changed.first("Eve").status == 400);
    CHECK(changed.reader().accounts().size() == 1);
}

// The account and its line in the log are one transaction.
TEST_CASE("a change that is refused leaves nothing, no account and no line in the log") {
    ChangedAccounts changed;
    CHECK(changed
              .make("account.first", {{"name", "Anna"},
                                      {"password_hash", "hash"},
                                      {"session", "no hash"},
                                      {"agent", ""}})
              .status == 400);
    CHECK(changed
              .make("account.first", {{"name", "Anna"},
                                      {"password_hash", "hash"},
                                      {"session", to_hex(hash_token("t"))},
                                      {"agent", ""},
                                      {"more", 1}})
              .status == 400);
    CHECK(changed.reader().accounts().empty());
    CHECK(changed.reader().audit(10).empty());
}

TEST_CASE("whoever is gone begins no session") {
    ChangedAccounts changed;
    const json arguments{
        {"session", to_hex(hash_token("t"))}, {"agent", ""}, {"instead_of", 0}, {"was", "hash"}};
    CHECK(changed.make("session.begin", arguments, 99).status == 400);
    CHECK(changed.reader().sessions().empty());
}

// Comparing takes a while: who has the old password must not be let in after it was changed, nor
// change it back.
TEST_CASE("a password that was changed while it was compared opens nothing") {
    ChangedAccounts changed;
    changed.first();
    const json compared{
        {"session", to_hex(hash_token("t"))}, {"agent", ""}, {"instead_of", 0}, {"was", "hash"}};
    const json own{{"password_hash", "third"}, {"kept", 0}, {"was", "hash"}};
    CHECK(changed.make("session.begin", compared, 1).status == 200);
    const json to_another{{"password_hash", "other"}, {"kept", 0}, {"was", "hash"}};
    CHECK(changed.make("account.password", to_another, 1).status == 200);
    CHECK(changed.make("session.begin", compared, 1).status == 400);
    CHECK(changed.make("account.password", own, 1).status == 400);
    CHECK(changed.reader().sessions().empty());
    CHECK(changed.reader().accounts().at(0).password_hash == "other");
}

TEST_CASE("a use is noted without a word to anybody") {
    ChangedAccounts changed;
    changed.first();
    const ChangeResult result = changed.make("session.used", {{"number", 1}}, 0, 5000);
    CHECK(result.status == 200);
    CHECK_FALSE(result.accounts);
    CHECK(changed.reader().sessions().at(0).used_ms == 5000);
    CHECK(changed.reader().audit(10).size() == 1);
}

TEST_CASE("a refusal is noted as one") {
    ChangedAccounts changed;
    const json arguments{{"who", "Eve"}, {"action", "log-in refused"}, {"about", "wrong"}};
    CHECK_FALSE(changed.make("audit.refusal", arguments).accounts);
    const AuditEntry entry = changed.reader().audit(1).at(0);
    CHECK(entry.is_refusal);
    CHECK(entry.who == "Eve");
    CHECK(entry.address == "192.0.2.1:5");
    CHECK(entry.time_ms == 1000);
}
