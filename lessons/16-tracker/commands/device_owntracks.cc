#include "commands/device_owntracks.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "commands/command.hh"
#include "commands/hidden_input.hh"
#include "store/data_folder.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

namespace waymark::tracker {
namespace {

struct OwntracksOptions {
    DataChoice data;
    std::string name;
    std::string viewer;
    bool stop = false;
};

std::string ask_for_key() {
    const HiddenInput hidden;
    if (hidden.is_terminal()) {
        fmt::print("The encryption key that is set in OwnTracks (nothing: none): ");
        std::fflush(stdout);
    }
    std::string phrase;
    std::getline(std::cin, phrase);
    if (hidden.is_terminal()) fmt::print("\n");
    return phrase;
}

std::string database_of(const OwntracksOptions& options) {
    return options.data.location();
}

void run_key(const OwntracksOptions& options) {
    Connection connection = open_there_for_writing(database_of(options));
    Devices devices(connection);
    devices.number_of(options.name);  // before anybody types for nothing
    const std::string phrase = ask_for_key();
    std::optional<BoxKey> key;
    if (!phrase.empty()) key = box_key_of(phrase);
    devices.set_box_key(options.name, key);
    tell_server_of_devices(options.data.prepared_folder());
    fmt::print("Messages of {} are {}.\n", options.name,
               key ? "decrypted with this key" : "not decrypted");
}

void run_share(const OwntracksOptions& options) {
    Connection connection = open_there_for_writing(database_of(options));
    Devices(connection).share(options.viewer, options.name, !options.stop);
    tell_server_of_devices(options.data.prepared_folder());
    fmt::print("{} {} where {} is.\n", options.viewer,
               options.stop ? "no longer sees" : "sees in OwnTracks", options.name);
}

}  // namespace

void add_device_owntracks(CLI::App& group) {
    const auto options = std::make_shared<OwntracksOptions>();
    CLI::App* const key = group.add_subcommand(
        "key", "Set the key with which OwnTracks encrypts; it is asked for, or read from input");
    key->add_option("NAME", options->name, "The device's name")->required();
    add_data_options(*key, options->data);
    key->callback([options] { run_key(*options); });

    CLI::App* const share =
        group.add_subcommand("share", "Show where a device is to another one, in OwnTracks");
    share->add_option("NAME", options->name, "Whose place is shown")->required();
    share->add_option("--with", options->viewer, "The device that sees it")->required();
    share->add_flag("--stop", options->stop, "Show it no longer");
    add_data_options(*share, options->data);
    share->callback([options] { run_share(*options); });
}

}  // namespace waymark::tracker
