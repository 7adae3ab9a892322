#include "commands/device_edit.hh"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "commands/command.hh"
#include "daemon/error.hh"
#include "store/data_folder.hh"
#include "store/device_edits.hh"
#include "store/devices.hh"
#include "store/open_database.hh"

namespace waymark::tracker {
namespace {

struct EditOptions {
    DataChoice data;
    std::string name;
    std::string new_name;
    std::vector<std::string> add, remove;
};

Connection open_edited(const EditOptions& options) {
    return open_there_for_writing(options.data.location());
}

void run_rename(const EditOptions& options) {
    Connection connection = open_edited(options);
    Devices devices(connection);
    devices.rename(devices.number_of(options.name), options.new_name);
    tell_server_of_devices(options.data.prepared_folder());
    fmt::print("Device {} is called {} now.\n", options.name, options.new_name);
}

// All of them or none.
void run_id(const EditOptions& options) {
    if (options.add.empty() && options.remove.empty())
        throw daemon::UsageError("say which: --add IDENTIFIER or --remove IDENTIFIER");
    Connection connection = open_edited(options);
    Transaction transaction(connection);
    DeviceEdits edits(connection);
    const DeviceNumber device = Devices(connection).number_of(options.name);
    for (const std::string& identifier : options.remove)
        edits.remove_identifier(device, identifier);
    for (const std::string& identifier : options.add) edits.add_identifier(device, identifier);
    transaction.commit();
    tell_server_of_devices(options.data.prepared_folder());
    fmt::print("Device {} has {} identifiers more and {} less.\n", options.name, options.add.size(),
               options.remove.size());
}

}  // namespace

void add_device_edit(CLI::App& group) {
    const auto options = std::make_shared<EditOptions>();
    CLI::App* const rename = group.add_subcommand("rename", "Give a device another name");
    rename->add_option("NAME", options->name, "The device's name")->required();
    rename->add_option("NEW", options->new_name, "The name that it gets")->required();
    add_data_options(*rename, options->data);
    rename->callback([options] { run_rename(*options); });

    CLI::App* const id = group.add_subcommand("id", "Add or remove what its app sends");
    id->add_option("NAME", options->name, "The device's name")->required();
    id->add_option("--add", options->add, "What its app sends as identifier; may be repeated")
        ->allow_extra_args(false);
    id->add_option("--remove", options->remove, "An identifier that it has; may be repeated")
        ->allow_extra_args(false);
    add_data_options(*id, options->data);
    id->callback([options] { run_id(*options); });
}

}  // namespace waymark::tracker
