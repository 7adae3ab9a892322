#include "services/device_changes.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/folder_under_test.hh"
#include "store/audit_log.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/retention.hh"
#include "store/thinning.hh"

using namespace waymark::tracker;
using nlohmann::json;
using waymark::daemon::TemporaryFolder;

namespace {

// A van (1) with the identifier "7", and a boat (2).
struct ChangedDevices {
    TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    Store store{path};

    ChangedDevices() {
        store.change([](Connection& connection) {
            Devices(connection).add({{"van", {"7"}, "tok-van", {}}, {"boat", {}, {}, {}}}, 0);
        });
    }
    ChangeResult make(std::string name, const json& arguments) {
        ChangeRequest request;
        request.name = std::move(name);
        request.arguments = arguments.dump();
        return make_change(store, request, 0);
    }
    json done(std::string name, const json& arguments) {
        const ChangeResult result = make(std::move(name), arguments);
        INFO(result.body);
        CHECK(result.status == 200);
        CHECK(result.devices);
        return json::parse(result.body);
    }
    std::string refused(std::string name, const json& arguments) {
        const ChangeResult result = make(std::move(name), arguments);
        CHECK(result.status == 400);
        CHECK_FALSE(result.devices);
        return json::parse(result.body).value("error", "");
    }
    MemoryDirectory directory() {
        MemoryDirectory directory;
        for (const DirectoryEntry& entry : store.directory()) directory.add(entry);
        return directory;
    }
};

}  // namespace

TEST_CASE("a device is added with its identifiers, and its token is told once") {
    ChangedDevices changed;
    const json done = changed.done("device.add", {{"name", "bike"}, {"identifiers", {"my-phne"}}});
    CHECK(done["device"] == 3);
    CHECK(changed.directory().by_token(done["token"].get<std::string>())->number == 3);
    CHECK(changed.directory().by_identifier("my-phne")->number == 3);
    CHECK(changed.done("device.add", {{"name", "<img onerror=x>"}})["device"] == 4);
    CHECK(changed.refused("device.add", {{"name", "bike"}}).find("bike") != std::string::npos);
    CHECK_FALSE(changed.refused("device.add", {{"name", ""}}).empty());
    CHECK_FALSE(changed.refused("device.add", {{"name", "x"}, {"identifiers", {"7"}}}).empty());
    CHECK_FALSE(changed.refused("device.add", {{"name", "x"}, {"token", "mine"}}).empty());
    CHECK(changed.store.directory().size() == 4);
}

TEST_CASE("a new token takes the place of the old one") {
    ChangedDevices changed;
    const json done = changed.done("device.token", {{"device", 1}});
    CHECK(changed.directory().by_token(done["token"].get<std::string>())->number == 1);
    CHECK_FALSE(changed.directory().by_token("tok-van"));
    CHECK(changed.refused("device.token", {{"device", 9}}) == "there is no such device");
}

TEST_CASE("identifiers come and go") {
    ChangedDevices changed;
    changed.done("device.add_identifier", {{"device", 2}, {"identifier", "my-phne"}});
    CHECK(changed.directory().by_identifier("my-phne")->number == 2);
    CHECK(changed.refused("device.add_identifier", {{"device", 2}, {"identifier", "7"}})
              .find("van") != std::string::npos);
    changed.done("device.remove_identifier", {{"device", 2}, {"identifier", "my-phne"}});
    CHECK_FALSE(changed.directory().by_identifier("my-phne"));
    CHECK_FALSE(
        changed.refused("device.remove_identifier", {{"device", 2}, {"identifier", "7"}}).empty());
}

TEST_CASE("who sees whom can be said and unsaid") {
    ChangedDevices changed;
    const json both{{"viewer", 1}, {"seen", 2}, {"may_see", true}};
    changed.done("device.share", both);
    CHECK(changed.store.directory()[0].friends == std::vector<DeviceNumber>{2});
    changed.done("device.share", {{"viewer", 1}, {"seen", 2}, {"may_see", false}});
    CHECK(changed.store.directory()[0].friends.empty());
    CHECK_FALSE(
        changed.refused("device.share", {{"viewer", 1}, {"seen", 1}, {"may_see", true}}).empty());
    CHECK_FALSE(changed.refused("device.share", {{"viewer", 1}, {"seen", 2}}).empty());
}

TEST_CASE("what was done to a device stands in the audit log, and no token does") {
    ChangedDevices changed;
    changed.done("device.add", {{"name", "bike"}});
    changed.done("device.rename", {{"device", 3}, {"name", "trike"}});
    const std::string token = changed.done("device.token", {{"device", 3}})["token"];
    changed.done("device.add_identifier", {{"device", 3}, {"identifier", "x"}});
    changed.refused("device.rename", {{"device", 3}, {"name", ""}});
    changed.done("device.remove", {{"device", 3}});
    Connection look = open_for_reading(changed.path);
    std::string actions;
    for (const AuditEntry& entry : AuditLog(look).list(100)) {
        CHECK(entry.about.find(token) == std::string::npos);
        actions += entry.action + " (" + entry.about + "); ";
    }
    CHECK(actions ==
          "device removed (trike); identifier added (trike: x); device has a new token (trike); "
          "device renamed (bike to trike); device added (bike); ");
}

TEST_CASE("a device that is removed is gone for phones and pages at once") {
    ChangedDevices changed;
    const ChangeResult result = changed.make("device.remove", {{"device", 1}});
    CHECK(result.status == 200);
    CHECK(result.devices);
    CHECK(result.fixes);
    CHECK_FALSE(changed.directory().by_identifier("7"));
    CHECK(changed.store.directory().size() == 1);
    CHECK_FALSE(changed.refused("device.remove", {{"device", 1}}).empty());
    Connection look = open_for_reading(changed.path);
    CHECK(DeviceEdits(look).to_remove() == 1);
}

TEST_CASE("positions are kept for so many days or for ever, and the audit log says which") {
    ChangedDevices changed;
    changed.done("device.retention", {{"device", 1}, {"days", 30}});
    changed.done("device.retention", {{"device", 1}});
    CHECK(changed.refused("device.retention", {{"device", 9}, {"days", 30}}) ==
          "there is no such device");
    for (const json& days : {json(0), json(36'501), json("30"), json(1.5)})
        changed.refused("device.retention", {{"device", 1}, {"days", days}});
    changed.refused("device.retention", {{"device", 1}, {"day", 30}});
    changed.store.change([](Connection& connection) {
        const std::vector<AuditEntry> audit = AuditLog(connection).list(9);
        REQUIRE(audit.size() == 2);
        CHECK(audit[0].action == "positions are kept");
        CHECK(audit[0].about == "van: for ever");
        CHECK(audit[1].about == "van: 30 days");
        CHECK_FALSE(Retention(connection).days_of(1));
    });
}

TEST_CASE("old positions are thinned out by a rule, and the audit log says which") {
    ChangedDevices changed;
    changed.done("device.thinning", {{"device", 1}, {"days", 30}, {"minutes", 10}});
    changed.store.change([](Connection& connection) {
        CHECK(Thinning(connection).rules() == std::map<DeviceNumber, ThinningRule>{{1, {30, 10}}});
    });
    changed.done("device.thinning", {{"device", 1}});
    CHECK(changed.refused("device.thinning", {{"device", 9}, {"days", 30}, {"minutes", 10}}) ==
          "there is no such device");
    for (const json& wrong : {json(0), json(36'501), json("30"), json(1.5)}) {
        changed.refused("device.thinning", {{"device", 1}, {"days", wrong}, {"minutes", 10}});
        changed.refused("device.thinning", {{"device", 1}, {"days", 30}, {"minutes", wrong}});
    }
    changed.refused("device.thinning", {{"device", 1}, {"days", 30}});
    changed.refused("device.thinning", {{"device", 1}, {"minutes", 10}});
    changed.store.change([](Connection& connection) {
        const std::vector<AuditEntry> audit = AuditLog(connection).list(9);
        REQUIRE(audit.size() == 2);
        CHECK(audit[0].about == "van: as they are");
        CHECK(audit[1].about == "van: one every 10 minutes after 30 days");
        CHECK(Thinning(connection).rules().empty());
    });
}
