#include "slides/server/open_sockets.hh"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>

namespace waymark::slides {

namespace {

namespace fs = std::filesystem;

// The number of a namespace (namespaces(7)); 0 if it may not be seen.
ino_t network_namespace(const std::string& process) {
    struct stat status {};
    return ::stat(("/proc/" + process + "/ns/net").c_str(), &status) == 0 ? status.st_ino : 0;
}

// "socket:[4711]" has the inode 4711; 0 for everything else.
std::uint64_t socket_inode(const std::string& link) {
    constexpr std::string_view kBegin = "socket:[";
    std::uint64_t inode = 0;
    std::array<char, 40> target;
    const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
    if (length <= 0) return 0;
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    if (text.starts_with(kBegin))
        std::from_chars(text.data() + kBegin.size(), text.data() + text.size(), inode);
    return inode;
}

// By descriptor. Each that is looked at takes of the room.
std::map<int, std::uint64_t> sockets_of(const std::string& process, std::size_t& room) {
    std::map<int, std::uint64_t> inodes;
    std::error_code gone;
    for (fs::directory_iterator entry("/proc/" + process + "/fd", gone), end;
         !gone && entry != end && room > 0; entry.increment(gone), --room)
        if (const std::uint64_t inode = socket_inode(entry->path().string()); inode != 0)
            inodes[std::atoi(entry->path().filename().c_str())] = inode;
    return inodes;
}

// A socket that is in no table has been made, and has no address yet. Of what kind it is its name
// says; "" if it is none of those that are shown, or was closed meanwhile.
std::string protocol_of(const SocketHolder& holder, std::uint64_t inode) {
    const std::string link = fmt::format("/proc/{}/fd/{}", holder.pid, holder.fd);
    std::array<char, 20> name{};
    const ssize_t length =
        ::getxattr(link.c_str(), "system.sockprotoname", name.data(), name.size() - 1);
    if (length <= 0 || socket_inode(link) != inode) return {};
    const std::string_view text(name.data());
    if (text.starts_with("TCP")) return "tcp";
    if (text.starts_with("UDP")) return "udp";
    return text.starts_with("UNIX") ? "unix" : "";
}

std::vector<SocketFacts> read_tables(pid_t witness) {
    std::vector<SocketFacts> found;
    for (const char* table : {"tcp", "tcp6", "udp", "udp6"}) {
        std::ifstream file(fmt::format("/proc/{}/net/{}", witness, table));
        std::size_t count = 0;
        for (std::string line; count < SocketDiag::kMostOfOneFamily && std::getline(file, line);
             ++count)
            if (auto facts = parse_socket_line(std::string_view(table).substr(0, 3), line))
                found.push_back(std::move(*facts));
    }
    return found;
}

}  // namespace

OpenSockets::HeldSockets OpenSockets::held_by(const std::vector<course::Process>& processes,
                                              std::vector<std::uint64_t>& order,
                                              std::map<ino_t, pid_t>& witnesses) const {
    HeldSockets held;
    std::size_t room = kMostDescriptors;
    std::set<std::uint64_t> own;
    for (const auto& [fd, inode] : sockets_of("self", room)) own.insert(inode);
    for (const course::Process& process : processes) {
        const std::string name = std::to_string(process.pid);
        const ino_t space = network_namespace(name);
        for (const auto& [fd, inode] : sockets_of(name, room)) {
            if (own.contains(inode)) continue;
            const auto [place, is_new] = held.try_emplace(inode);
            if (is_new) order.push_back(inode);
            place->second.holders.push_back({process.pid, fd});
            place->second.space = space;
            witnesses.try_emplace(space, process.pid);
        }
    }
    return held;
}

OpenSockets::Space& OpenSockets::space_of(ino_t number, pid_t witness) {
    const auto [place, is_new] = spaces_.try_emplace(number);
    Space& space = place->second;
    if (!is_new) return space;
    const bool is_own = number == network_namespace("self");
    space.number = is_own ? 0 : static_cast<int>(spaces_.size());
    try {
        if (!ask_) return space;
        if (is_own)
            space.diag.emplace();
        else
            space.diag = SocketDiag::in_namespace_of(witness);
    } catch (const std::system_error&) {
        // No netlink here: the tables in /proc say nearly as much.
    }
    return space;
}

std::vector<FoundSocket> OpenSockets::look(const std::vector<course::Process>& processes) {
    std::vector<std::uint64_t> order;
    std::map<ino_t, pid_t> witnesses;
    HeldSockets held = held_by(processes, order, witnesses);
    std::map<std::uint64_t, FoundSocket> described;
    std::vector<FoundSocket> nobodys;
    for (const auto& [number, witness] : witnesses) {
        Space& space = space_of(number, witness);
        std::optional<std::vector<SocketFacts>> all;
        if (space.diag) all = space.diag->all();
        if (!all) {
            space.diag.reset();
            all = read_tables(witness);
        }
        for (SocketFacts& facts : *all) {
            const auto found = held.find(facts.inode);
            if (found != held.end())
                described[facts.inode] = {std::move(facts), found->second.holders, space.number};
            else if (facts.inode == 0 && !facts.peer.empty())
                nobodys.push_back({std::move(facts), {}, space.number});
        }
    }
    std::vector<FoundSocket> result;
    for (const std::uint64_t inode : order) {
        Held& socket = held[inode];
        if (const auto found = described.find(inode); found != described.end()) {
            result.push_back(std::move(found->second));
        } else if (std::string protocol = protocol_of(socket.holders[0], inode);
                   !protocol.empty()) {
            SocketFacts facts;
            facts.protocol = std::move(protocol);
            facts.state = "CLOSE";
            facts.inode = inode;
            result.push_back(
                {std::move(facts), std::move(socket.holders), spaces_[socket.space].number});
        }
    }
    std::move(nobodys.begin(), nobodys.end(), std::back_inserter(result));
    return result;
}

}  // namespace waymark::slides
