#include "slides/server/record.hh"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/channel.hh"
#include "daemon/error.hh"
#include "lessons/course/child_group.hh"
#include "lessons/course/process_tree.hh"
#include "slides/server/buttons.hh"
#include "slides/server/keeper.hh"
#include "slides/server/pages.hh"
#include "slides/server/project_files.hh"

namespace waymark::slides {

namespace {

using daemon::Channel;
using nlohmann::json;

// So long a step is in the recording: a picture of it is taken, and nobody waits.
constexpr std::chrono::milliseconds kStepTime{300};

class Transcript {
  public:
    void hear(std::string_view message) {
        const std::size_t end = message.find('\n');
        const std::string_view name = message.substr(0, end);
        json data = json::parse(message.substr(end + 1));
        if (name == "output")
            hear_output(data.at("pane").get<int>(), data.at("text").get<std::string>());
        else if (name == "ended" && data.at("pane").get<int>() == 0)
            words_ = data.at("words").get<std::string>();
        else if (name == "finished")
            reason_ = data.at("reason").get<std::string>();
        data["name"] = name;
        events_ += data.dump() + "\n";
    }

    const std::string& events() const { return events_; }

    bool has_output() const { return !text_.empty(); }

    std::string text() const {
        std::string text = text_;
        if (!text.empty() && !text.ends_with('\n')) text.push_back('\n');
        if (!client_.empty()) text += "--- the client:\n" + client_;
        if (!text.empty() && !text.ends_with('\n')) text.push_back('\n');
        text += fmt::format("[{}{}{}]\n", words_, words_.empty() || reason_.empty() ? "" : "; ",
                            reason_);
        return text;
    }

  private:
    void hear_output(int pane, std::string_view text) { (pane == 0 ? text_ : client_) += text; }

    std::string text_;
    std::string client_;
    std::string events_;
    std::string words_;
    std::string reason_;
};

// A server's client is started once the server has said something: by then it listens.
void call_client(Channel& channel, const RunPlan& plan, const Transcript& transcript,
                 bool& called) {
    if (called || !plan.client || !transcript.has_output()) return;
    called = true;
    channel.send("client");
}

}  // namespace

Recording record_run(const RunPlan& plan) {
    course::ChildGroup keepers;
    Channel channel(start_keeper(keepers, plan).channel);
    Transcript transcript;
    bool called = false;
    if (plan.demo.reads_input && plan.presses.empty()) channel.send("input hello\n");
    std::size_t pressed = 0;
    while (true) {
        const Channel::Received received = channel.receive();
        if (received.result == Channel::Result::closed) break;
        if (received.result == Channel::Result::done) {
            transcript.hear(received.message);
            if (received.message.starts_with("step\n") && pressed < plan.presses.size())
                channel.send(fmt::format("input {}\n", plan.presses[pressed++]));
            call_client(channel, plan, transcript, called);
            continue;
        }
        pollfd readable{channel.fd().get(), POLLIN, 0};
        ::poll(&readable, 1, -1);
    }
    return {transcript.text(), transcript.events()};
}

namespace {

void write(const std::filesystem::path& file, std::string_view text) {
    std::ofstream stream(file);
    stream << text;
    if (!stream.flush()) daemon::fail(errno, "write", file.string());
}

// A setting of the slide that runs the demo; "" where there is none.
std::string setting_of(const Pages& pages, const LessonEntry& lesson, const DemoEntry& demo,
                       std::string_view key) {
    if (!pages.has_deck(lesson)) return {};
    const Deck deck = pages.read_deck(lesson);
    for (const Slide& slide : deck.slides)
        for (const Block& block : slide.blocks)
            if (const auto found = block.settings.find(std::string(key));
                block.demo == demo.name && found != block.settings.end())
                return found->second;
    return {};
}

}  // namespace

int record_transcripts(const Options& options) {
    const Manifest manifest = load_manifest(options.manifest);
    if (!options.lesson.empty() && manifest.lesson(options.lesson) == nullptr)
        throw daemon::UsageError(fmt::format("there is no lesson {}", options.lesson));
    course::become_subreaper();
    ProjectFiles files(options.root);
    const Pages pages(manifest, files, {});
    for (const LessonEntry& lesson : manifest.lessons) {
        if (!options.lesson.empty() && manifest.lesson(options.lesson) != &lesson) continue;
        const std::filesystem::path folder = std::filesystem::path(options.into) / lesson.name;
        std::filesystem::create_directories(folder);
        for (const DemoEntry& demo : lesson.demos) {
            if (demo.needs_root && ::geteuid() != 0) {
                fmt::print("SKIP: {}/{}: needs root rights\n", lesson.name, demo.name);
                continue;
            }
            if (::access(demo.program.c_str(), X_OK) != 0)
                throw daemon::UsageError(
                    fmt::format("{} is not built: ./waymark build", demo.program.string()));
            const std::filesystem::path file = folder / (demo.name + ".txt");
            RunPlan plan = plan_for(
                lesson, demo, parse_shown_facts(setting_of(pages, lesson, demo, "show")));
            plan.presses = parse_buttons(setting_of(pages, lesson, demo, "buttons"));
            plan.step_time = kStepTime;
            const Recording recording = record_run(plan);
            write(file, recording.transcript);
            write(folder / (demo.name + ".jsonl"), recording.events);
            fmt::print("{}\n", file.string());
            std::fflush(stdout);
        }
    }
    return daemon::kExitOk;
}

}  // namespace waymark::slides
