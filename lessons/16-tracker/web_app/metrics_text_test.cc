#include "web_app/metrics_text.hh"

#include <doctest/doctest.h>

#include <string>

using namespace waymark::tracker;

namespace {

ServerFigures figures_of(std::initializer_list<const char*> services) {
    ServerFigures figures;
    for (const char* const service : services) {
        const std::optional<ServiceFigures> read = read_service_figures(service);
        REQUIRE(read);
        figures.services.push_back(*read);
    }
    return figures;
}

constexpr const char* kStore =
    R"({"name":"store","state":"up","answers":true,"pid":11,"starts":2,"counters":{"memory_bytes":)"
    R"(1000,"fixes_stored":7,"commit_us":2500001,"last_commit_failed":0,"commits_within":)"
    R"([0,0,1,1,2,2,2,2,2,2,2,3]}})";
constexpr const char* kReceiver =
    R"({"name":"receiver 0","state":"up","answers":true,"pid":12,"starts":1,"counters":{)"
    R"("memory_bytes":500,"threads":[{"open_connections":2,"unanswered_bytes":10,)"
    R"("refused_by_reason":{"unknown_device":3}},{"open_connections":1,"unanswered_bytes":5,)"
    R"("refused_by_reason":{"unknown_device":1}}]}})";
constexpr const char* kSupervisor =
    R"({"name":"supervisor","state":"up","answers":true,"pid":10,"starts":1,"counters":{)"
    R"("server_uptime_s":60,"disk_free_bytes":1000000000,"memory_bytes":250}})";

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("each figure has its line, with the labels that tell it from others") {
    const std::string text = metrics_text(figures_of({kStore, kReceiver, kSupervisor}), "1.2\"3");
    for (const char* const line : {
             "# TYPE waymark_fixes_stored_total counter",
             "waymark_fixes_stored_total 7",
             "waymark_build_info{version=\"1.2\\\"3\"} 1",
             "waymark_connections{service=\"receiver 0\"} 3",
             "waymark_queue_bytes{service=\"receiver 0\"} 15",
             "waymark_service_starts_total{service=\"store\"} 2",
             "waymark_uptime_seconds 60",
             "waymark_process_memory_bytes{service=\"supervisor\"} 250",
             "waymark_messages_refused_total{service=\"receiver 0\",outcome=\"refused\","
             "reason=\"unknown_device\"} 4",
             "waymark_commit_seconds_bucket{le=\"0.0005\"} 0",
             "waymark_commit_seconds_bucket{le=\"0.01\"} 2",
             "waymark_commit_seconds_bucket{le=\"+Inf\"} 3",
             "waymark_commit_seconds_sum 2.500001",
             "waymark_commit_seconds_count 3",
         }) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK_FALSE(has_line(text, "waymark_connections{service=\"store\"} 0"));
}

TEST_CASE("each server that fixes are forwarded to has its lines, and its place on the page") {
    const ServerFigures figures = figures_of(
        {R"({"name":"caller","state":"up","answers":true,"pid":14,"starts":1,"counters":{"forward":[)"
         R"({"to":"http://a:1","connected":true,"waiting":3,"sent":40,"refused":2,"last_error":"",)"
         R"("last_refusal":"van: \"no\"","last_refusal_ms":99},{"to":"https://b","connected":false,)"
         R"("waiting":0,"sent":0,"refused":0,"last_error":"Connection refused","last_refusal":"",)"
         R"("last_refusal_ms":0}]}})"});
    const std::string text = metrics_text(figures, "1");
    for (const char* const line : {
             "# TYPE waymark_forward_waiting gauge",
             "# TYPE waymark_forward_sent_total counter",
             "waymark_forward_waiting{to=\"http://a:1\"} 3",
             "waymark_forward_waiting{to=\"https://b\"} 0",
             "waymark_forward_connected{to=\"http://a:1\"} 1",
             "waymark_forward_connected{to=\"https://b\"} 0",
             "waymark_forward_sent_total{to=\"http://a:1\"} 40",
             "waymark_forward_refused_total{to=\"http://a:1\"} 2",
         }) {
        INFO(line);
        CHECK(has_line(text, line));
    }
    CHECK(metrics_text(figures_of({kStore}), "1").find("forward") == std::string::npos);
    const std::string page = totals_to_json(figures);
    CHECK(page.find(R"("last_refusal":"van: \"no\"")") != std::string::npos);
    CHECK(page.find(R"("last_error":"Connection refused")") != std::string::npos);
    CHECK(totals_to_json(figures_of({kStore})).ends_with(R"("forward":[]})"));
}

TEST_CASE("a label's value may have any characters") {
    CHECK(escaped_label("a\\b\"c\nd") == "a\\\\b\\\"c\\nd");
}

TEST_CASE("what cannot be read as a service is none") {
    for (const char* const text : {"", "[]", "{}", "{\"name\":1}", "{\"name\":\"store\"}",
                                   R"({"name":"x","state":"up","answers":1,"pid":1,"starts":1})"}) {
        INFO(text);
        CHECK_FALSE(read_service_figures(text));
    }
}

TEST_CASE("what fails is said, and a server that is well has no problems") {
    CHECK(figures_of({kStore, kReceiver, kSupervisor}).problems().empty());
    struct Case {
        const char* was;
        const char* is;
        const char* says;
    };
    for (const Case& fails :
         {Case{"\"last_commit_failed\":0", "\"last_commit_failed\":1", "last commit failed"},
          Case{"\"answers\":true", "\"answers\":false", "'store' does not answer"},
          Case{"\"state\":\"up\"", "\"state\":\"down\"", "'store' does not answer"}}) {
        std::string store = kStore;
        store.replace(store.find(fails.was), std::string(fails.was).size(), fails.is);
        const std::vector<std::string> problems =
            figures_of({store.c_str(), kReceiver, kSupervisor}).problems();
        REQUIRE(problems.size() == 1);
        CHECK(problems[0].find(fails.says) != std::string::npos);
    }
    CHECK_FALSE(figures_of({kReceiver, kSupervisor}).problems().empty());  // there is no store
}

TEST_CASE("threads of one process are one process's memory") {
    ServerFigures figures = figures_of({kStore, kReceiver, kSupervisor});
    CHECK(figures.memory_bytes() == 1750);
    for (ServiceFigures& service : figures.services) {
        service.process = 10;
        service.numbers["memory_bytes"] = 4000;
    }
    CHECK(figures.memory_bytes() == 4000);
}
