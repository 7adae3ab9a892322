#include "slides/server/options.hh"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "daemon/error.hh"

namespace waymark::slides {

namespace {

net::Address loopback_address(const std::string& text) {
    const net::Address address = net::Address::parse(text);
    if (!address.is_ip() || !address.is_loopback())
        throw daemon::UsageError(fmt::format(
            "--listen {}: this server runs programs for whoever can reach it, so it listens on "
            "127.0.0.1 or [::1] only; to show slides from another machine use ssh -L",
            text));
    return address;
}

void add_build_options(CLI::App& app, Options& options) {
    app.add_option("--root", options.root, "the folder of the checkout")->capture_default_str();
    app.add_option("--manifest", options.manifest, "the list of demos that the build wrote")
        ->required();
}

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    std::string listen = options.listen.to_string();
    CLI::App app("Shows the decks of Waymark and runs the demos on them.", "waymark-slides");
    app.require_subcommand(1);
    CLI::App* serve = app.add_subcommand("serve", "serves decks on this machine until SIGTERM");
    add_build_options(*serve, options);
    serve->add_option("--assets", options.assets, "the folder with the pages' own files")
        ->required();
    serve->add_option("--printed", options.printed, "the folder with PDF files");
    serve->add_option("--listen", listen, "loopback ADDRESS:PORT; port 0 lets the kernel choose")
        ->capture_default_str();
    serve->add_option("lesson", options.lesson, "tell the address of this lesson's deck");
    CLI::App* check = app.add_subcommand("check", "says what is wrong in the decks");
    add_build_options(*check, options);
    CLI::App* record = app.add_subcommand("record", "runs demos and writes what they print");
    add_build_options(*record, options);
    record->add_option("--into", options.into, "folder for the transcripts")->required();
    record->add_option("lesson", options.lesson, "this lesson's demos only");
    try {
        app.parse(argument_count, arguments);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw daemon::UsageError(std::string(error.what()) +
                                 "; waymark-slides --help shows what there is");
    }
    if (check->parsed()) options.task = Task::check;
    if (record->parsed()) options.task = Task::record;
    options.listen = loopback_address(listen);
    return options;
}

}  // namespace waymark::slides
