// Where a server keeps everything: one folder that only its owner can read, because positions are
// private.

#pragma once

#include <string>

namespace waymark::tracker {

// $XDG_DATA_HOME/waymark, or ~/.local/share/waymark (XDG Base Directory Specification); for root
// /var/lib/waymark (hier(7)), because a server that gives root up could not reach root's home.
// Throws UsageError when neither variable says where.
std::string default_data_folder();

// `wanted`, or the default if it is empty; made with mode 0700 where it is not there. Throws
// UsageError if it is no folder, std::system_error if it cannot be made.
std::string prepare_data_folder(const std::string& wanted);

// Before root gives a folder away: throws UsageError unless it is `user`'s already, or has nothing
// in it but what a server of ours makes. So `--data /etc` changes nothing. Writes nothing.
void require_own_folder(const std::string& folder, const std::string& user);

// Gives the folder and the server's files in it to `user`, for a server that root starts and that
// goes on as somebody else. Links are not followed; files that are not ours, or that have a
// second name somewhere, are left alone.
// Throws UsageError for an unknown user, std::system_error.
void give_data_folder(const std::string& folder, const std::string& user);

// Root puts a file into a folder for a server that runs as somebody else: whose folder it is, his
// is the file, unless it has a second name. For others nothing happens. Throws std::system_error.
void give_to_owner_of_folder(const std::string& file);

// The database in a data folder.
std::string database_path(const std::string& folder);

}  // namespace waymark::tracker
