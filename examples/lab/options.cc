#include "options.hh"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>

#include "daemon/error.hh"
#include "examples/command_line.hh"
#include "faults.hh"
#include "plan.hh"

namespace waymark::lab {

namespace {

void add_words(CLI::App& app, Options& options) {
    app.add_subcommand("up", "start N hosts, a gateway and the switch between them")
        ->add_option("N", options.hosts, "how many hosts")
        ->required()
        ->check(CLI::Range(1U, kMostHosts));
    app.add_subcommand("list", "the hosts that are up, and their addresses");
    app.add_subcommand("check", "which host reaches which, over IPv4 and IPv6");
    app.add_subcommand("down", "end all of it");
    CLI::App* const exec =
        app.add_subcommand("exec", "run CMD on a host: exec HOST|all CMD...")->prefix_command();
    exec->add_option("HOST", options.host, "host1, gateway, or all")->required();
    app.add_subcommand("nic", "give a host one more interface, on a network of its own")
        ->add_option("HOST", options.host, "host1, gateway")
        ->required();
    CLI::App* const capture = app.add_subcommand(
        "capture", "keep the frames of a host's eth0 in FILE, and show them, until Ctrl-C");
    capture->add_option("HOST", options.host, "host1, gateway")->required();
    capture->add_option("FILE", options.file, "a pcap file")->required();
    capture->prefix_command();
    capture->footer("What follows goes to sniff: --count 10 --filter \"tcp port 80\"");
}

CLI::App* add_fault(CLI::App& app, Options& options, const char* name, const char* text) {
    CLI::App* const word = app.add_subcommand(name, text);
    word->add_option("A", options.from, "whose frames: host1, gateway")->required();
    word->add_option("B", options.to, "to whom")->required();
    word->add_flag("--both", options.both, "and the other direction as well");
    return word;
}

void add_faults(CLI::App& app, Options& options) {
    add_fault(app, options, "cut", "nothing passes from A to B any more");
    add_fault(app, options, "drop", "of the frames from A to B so many percent are lost")
        ->add_option("PERCENT", options.amount, "0 takes it back")
        ->required()
        ->check(CLI::Range(0U, 100U));
    add_fault(app, options, "delay", "what goes from A to B comes so many milliseconds later")
        ->add_option("MS", options.amount, "0 takes it back")
        ->required()
        ->check(CLI::Range(0U, kLongestDelayMs));
    add_fault(app, options, "mend", "all is well from A to B");
}

void add_relay(CLI::App& app, Options& options) {
    CLI::App* const relay = app.add_subcommand(
        "relay", "a bad network without namespaces: passes TCP and UDP on, from LISTEN to TARGET");
    relay->add_option("LISTEN", options.from, "127.0.0.1:0; port 0 lets the kernel choose")
        ->required();
    relay->add_option("TARGET", options.to, "where the server is: 127.0.0.1:8080")->required();
    relay->add_option("--delay", options.amount, "all comes so many milliseconds later")
        ->type_name("MS")
        ->check(CLI::Range(0U, kLongestDelayMs));
    relay->add_option("--drop", options.relay.drop_percent, "so many of the datagrams are lost")
        ->type_name("PERCENT")
        ->check(CLI::Range(0U, 100U));
    constexpr std::uint64_t kMost = 1'000'000'000'000;
    relay
        ->add_option("--cut-after", options.relay.cut_after,
                     "when so many bytes have passed in a direction: nothing, not even the end")
        ->type_name("BYTES")
        ->check(CLI::Range(std::uint64_t{0}, kMost));
    relay->add_option("--reset-after", options.relay.reset_after, "both sides are reset then")
        ->type_name("BYTES")
        ->check(CLI::Range(std::uint64_t{0}, kMost));
    relay->add_option("--rate", options.relay.bytes_a_second, "of TCP, a second and direction")
        ->type_name("BYTES")
        ->check(CLI::Range(std::uint64_t{1}, kMost));
}

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    CLI::App app("A cluster in a second, without root: hosts that are network namespaces.", "lab");
    app.add_option("--state", options.state, "the folder of this lab, if it is not the only one");
    app.require_subcommand(0, 1);  // 1 would hide which word was wrong
    add_words(app, options);
    add_faults(app, options);
    add_relay(app, options);
    if (!examples::parse_command_line(app, argument_count, arguments, "the words"))
        return std::nullopt;
    if (app.get_subcommands().empty())
        throw daemon::UsageError("say what: lab up 3; lab --help shows the words");
    const CLI::App& word = *app.get_subcommands().front();
    options.word = word.get_name();
    options.command = word.remaining();
    options.relay.delay = std::chrono::milliseconds(options.amount);
    if (options.word == "exec" && options.command.empty())
        throw daemon::UsageError("exec: say what to run: lab exec host1 ip address");
    return options;
}

}  // namespace waymark::lab
