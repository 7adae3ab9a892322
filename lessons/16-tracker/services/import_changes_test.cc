#include "services/import_changes.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "daemon/channel.hh"
#include "daemon/folder_under_test.hh"
#include "services/messages.hh"
#include "store/audit_log.hh"
#include "store/corrections.hh"
#include "store/devices.hh"
#include "store/reader.hh"
#include "web_app/base64.hh"

using namespace waymark::tracker;
using nlohmann::json;
using waymark::daemon::TemporaryFolder;

namespace {

constexpr UnixMillis kImportNow = 1'800'000'000'000;

struct Importing {
    TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    Store store{path};

    Importing() {
        store.change([](Connection& connection) {
            Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0);
        });
    }
    ChangeResult make(const json& arguments) {
        ChangeRequest request;
        request.name = "fixes.import";
        request.by_name = "ada";
        request.arguments = arguments.dump();
        return make_change(store, request, kImportNow);
    }
};

std::vector<Fix> some_fixes(int count) {
    std::vector<Fix> fixes;
    for (int i = 0; i < count; ++i) {
        Fix fix;
        fix.device = 9;  // of no meaning
        fix.time_ms = 1'768'028'400'000 + i * 1000;
        fix.latitude_e7 = 481'000'000 + i;
        fix.longitude_e7 = 115'000'000;
        fix.altitude_m = fix.speed_mps = fix.course_deg = fix.accuracy_m = 12.5F;
        fix.battery_percent = 80.0F;
        fixes.push_back(fix);
    }
    return fixes;
}

std::string packed(const std::vector<Fix>& fixes) {
    std::size_t begin = 0;
    return pack_import(fixes, begin);
}

}  // namespace

TEST_CASE("fixes of a file are stored once, and pages are told at the end") {
    Importing importing;
    const std::string batch = packed(some_fixes(3));
    const ChangeResult part = importing.make({{"device", 1}, {"batch", batch}, {"last", false}});
    CHECK(part.body == R"({"stored":3,"already":0})");
    CHECK_FALSE(part.fixes);
    const ChangeResult last = importing.make(
        {{"device", 1}, {"batch", packed(some_fixes(4))}, {"last", true}, {"stored_in_all", 3}});
    CHECK(last.body == R"({"stored":1,"already":3})");
    CHECK(last.fixes);
    CHECK(last.devices);
    Reader reader(importing.path);
    int read = 0;
    reader.track(1, 0, kImportNow, [&](const StoredFix& stored) {
        CHECK(stored.fix.latitude_e7 == 481'000'000 + read++);
        CHECK(stored.fix.source == Source::imported);
        CHECK(stored.fix.speed_mps == 12.5F);
        return true;
    });
    CHECK(read == 4);
    CHECK(reader.sequence() == 2);
    const std::vector<AuditEntry> audit = reader.audit(10);
    REQUIRE(audit.size() == 1);
    CHECK(audit[0].action == "positions imported");
    CHECK(audit[0].about == "van: 4");
    CHECK(audit[0].who == "ada");
}

TEST_CASE("what a person has deleted does not come back by a file") {
    Importing importing;
    const json all{{"device", 1}, {"batch", packed(some_fixes(3))}, {"last", false}};
    importing.make(all);
    importing.store.change([](Connection& connection) {
        FixChoice choice;
        choice.device = 1;
        choice.from = 0;
        choice.to = kImportNow;
        Corrections corrections(connection);
        std::optional<Correction> now;
        const std::int64_t number = corrections.begin(CorrectionKind::deletion, choice, "ada", 0);
        do now = corrections.go_on(number);
        while (now && now->stage != CorrectionStage::done);
    });
    CHECK(importing.make(all).body == R"({"stored":0,"already":3})");
}

TEST_CASE("a full part fits into a message to the store, and all fixes come in parts") {
    const std::vector<Fix> fixes = some_fixes(1500);
    std::size_t begin = 0, parts = 0;
    while (begin < fixes.size()) {
        ChangeRequest request;
        request.arguments = json{{"device", 1}, {"batch", pack_import(fixes, begin)}}.dump();
        CHECK(write(request).size() < waymark::daemon::Channel::kMaxMessage);
        ++parts;
    }
    CHECK(begin == fixes.size());
    CHECK(parts == 3);
}

TEST_CASE("what is no batch of positions stores nothing") {
    Importing importing;
    std::vector<std::vector<Fix>> wrong(5, some_fixes(2));
    wrong[0][1].latitude_e7 = 900'000'001;
    wrong[1][1].longitude_e7 = -1'800'000'001;
    wrong[2][1].time_ms = 0;
    wrong[3][1].time_ms = kImportNow + 2 * 86'400'000;
    wrong[4][1].extras = "{}";
    std::vector<std::string> batches{"?", "", to_base64("x"),
                                     to_base64(write_empty(MessageKind::devices))};
    for (const std::vector<Fix>& fixes : wrong) batches.push_back(packed(fixes));
    std::string heartbeat;
    BatchWriter::begin(heartbeat, 0);
    BatchWriter(heartbeat).add(Heartbeat{1, {}});
    batches.push_back(to_base64(heartbeat));
    for (const std::string& batch : batches) {
        CAPTURE(batch);
        CHECK(importing.make({{"device", 1}, {"batch", batch}, {"last", false}}).status == 400);
    }
    CHECK(
        importing.make({{"device", 7}, {"batch", packed(some_fixes(1))}, {"last", false}}).status ==
        400);
    Reader reader(importing.path);
    CHECK(reader.count_fixes(1) == 0);
    // The control.
    CHECK(
        importing.make({{"device", 1}, {"batch", packed(some_fixes(1))}, {"last", false}}).status ==
        200);
    CHECK(importing.make({{"device", 1}, {"last", true}, {"stored_in_all", 1}}).status == 200);
}
