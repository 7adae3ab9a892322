#include "services/changes.hh"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "daemon/folder_under_test.hh"
#include "services/messages.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

using namespace waymark::tracker;
using waymark::daemon::TemporaryFolder;

namespace {

struct OpenedStore {
    TemporaryFolder folder;
    std::string path = folder.file("waymark.db");
    Store store{path};

    OpenedStore() {
        store.change([](Connection& connection) {
            Devices(connection).add({{"van", {}, {}, {}}, {"boat", {}, {}, {}}}, 0);
        });
    }
    ChangeResult make(std::string name, std::string arguments) {
        ChangeRequest request;
        request.name = std::move(name);
        request.arguments = std::move(arguments);
        return make_change(store, request, 0);
    }
    std::string first_name() {
        Connection connection = open_for_reading(path);
        return connection.text("SELECT name FROM device WHERE number = 1");
    }
};

}  // namespace

TEST_CASE("a change is made, and its result says what others must hear") {
    OpenedStore opened;
    const ChangeResult result = opened.make("device.rename", R"({"device":1,"name":"bus"})");
    CHECK(result.status == 200);
    CHECK(result.devices);
    CHECK_FALSE(result.fixes);
    CHECK_FALSE(result.accounts);
    CHECK(opened.first_name() == "bus");
}

TEST_CASE("what is refused changes nothing and says why") {
    OpenedStore opened;
    const ChangeResult taken = opened.make("device.rename", R"({"device":1,"name":"boat"})");
    CHECK(taken.status == 400);
    CHECK_FALSE(taken.devices);
    CHECK(nlohmann::json::parse(taken.body)["error"] ==
          "there is a device boat already: choose another name");
    CHECK(opened.make("device.rename", R"({"device":1,"name":" "})").status == 400);
    CHECK(opened.make("device.rename", R"({"device":1})").status == 400);
    CHECK(opened.make("device.rename", R"({"device":1,"name":"x","colour":1})").status == 400);
    CHECK(opened.make("device.explode", "{}").status == 404);
    CHECK(opened.first_name() == "van");
}

TEST_CASE("a change that throws half-way is undone, and the store goes on") {
    OpenedStore opened;
    CHECK_THROWS_AS(opened.store.change([](Connection& connection) {
        connection.execute("UPDATE device SET name = 'half' WHERE number = 1");
        throw std::runtime_error("half-way");
    }),
                    std::runtime_error);
    CHECK(opened.first_name() == "van");
    opened.store.begin();
    Fix fix;
    fix.device = 1;
    fix.time_ms = 1;
    CHECK(opened.store.add(fix) == Added::stored);
    CHECK(opened.store.commit().durable);
}

TEST_CASE("a transaction within another is a part of it") {
    OpenedStore opened;
    const auto rename = [](Connection& connection, const char* name, bool keep) {
        Transaction part(connection);
        Devices(connection).rename(1, name);
        if (keep) part.commit();
    };
    opened.store.change([&](Connection& connection) {
        rename(connection, "kept", true);
        rename(connection, "dropped", false);
    });
    CHECK(opened.first_name() == "kept");
    CHECK_THROWS(opened.store.change([&](Connection& connection) {
        rename(connection, "gone", true);
        throw std::runtime_error("the whole is rolled back");
    }));
    CHECK(opened.first_name() == "kept");
}

TEST_CASE("requests and answers travel as they are, and a cut message is refused") {
    const ChangeRequest request{7, 3, "ada", "127.0.0.1:9", "device.rename", R"({"device":1})"};
    const std::string message = write(request);
    CHECK(kind_of(message) == MessageKind::change);
    ChangeRequest back;
    REQUIRE(read(message, back));
    CHECK(back.id == 7);
    CHECK(back.by == 3);
    CHECK(back.by_name == "ada");
    CHECK(back.from == "127.0.0.1:9");
    CHECK(back.name == "device.rename");
    CHECK(back.arguments == R"({"device":1})");
    ChangeDone done;
    REQUIRE(read(write(ChangeDone{7, 409, "{}"}), done));
    CHECK(done.id == 7);
    CHECK(done.status == 409);
    CHECK(done.body == "{}");
    for (std::size_t length = 1; length < message.size(); ++length)
        CHECK_FALSE(read(std::string_view(message).substr(0, length), back));
    CHECK_FALSE(read(message + 'x', back));
}
