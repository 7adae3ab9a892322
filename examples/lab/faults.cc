#include "faults.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "delay.hh"
#include "namespaces.hh"
#include "programs.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;

// One command at a time, from the look at the faults to their being in force.
Fd lock_folder(const State& state) {
    Fd folder(check(::open(state.file("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open",
                    state.file("")));
    while (::flock(folder.get(), LOCK_EX) == -1)
        if (errno != EINTR) daemon::fail(errno, "flock", state.file(""));
    return folder;
}

void write_faults(const State& state, const Faults& faults) {
    const std::string fresh = state.file("faults.new");
    std::ofstream out(fresh);
    for (const auto& [way, fault] : faults)
        out << fmt::format("{} {} {:d} {} {}\n", way.first, way.second, fault.cut,
                           fault.drop_percent, fault.delay_ms);
    if (!out.flush()) daemon::fail(EIO, "write", fresh);
    check(::rename(fresh.c_str(), state.file("faults").c_str()), "rename", fresh);
}

// The word before `drop`: for which of the frames it is. A frame that is to come late is lost here,
// for the process that brings it has taken it before the switch looks at it.
std::string condition(const Fault& fault) {
    if (fault.cut || fault.delay_ms > 0 || fault.drop_percent >= 100) return "";
    return fmt::format("numgen random mod 100 < {} ", fault.drop_percent);
}

// One transaction: frames meet the old rules or the new ones, never none.
std::string rules(const Faults& faults) {
    std::string text =
        "table bridge lab\ndelete table bridge lab\ntable bridge lab {\n chain ways {\n"
        "  type filter hook forward priority 0; policy accept;\n";
    for (const auto& [way, fault] : faults)
        text += fmt::format("  iifname \"{}\" oifname \"{}\" {}drop\n", port_of(way.first),
                            port_of(way.second), condition(fault));
    return text + " }\n}\n";
}

void apply_rules(const Lab& lab, const Faults& faults) {
    Programs programs(CLONE_NEWUSER | CLONE_NEWNET);
    programs.start("nft in the switch", {find_program("nft", "nftables"), "-f", "-"}, rules(faults),
                   lab.bridge().process);
    programs.wait();
}

}  // namespace

std::string to_string(const Fault& fault) {
    if (fault.cut) return "cut";
    std::string text;
    if (fault.drop_percent > 0) text = fmt::format("{} % lost", fault.drop_percent);
    if (fault.delay_ms > 0)
        text += fmt::format("{}{} ms late", text.empty() ? "" : ", ", fault.delay_ms);
    return text.empty() ? "nothing" : text;
}

Faults read_faults(const State& state) {
    Faults faults;
    std::ifstream in(state.file("faults"));
    Way way;
    Fault fault;
    while (in >> way.first >> way.second >> fault.cut >> fault.drop_percent >> fault.delay_ms)
        faults[way] = fault;
    return faults;
}

void change_fault(const State& state, const Lab& lab, const Way& way,
                  const std::function<void(Fault&)>& change) {
    const StartedHost& from = lab.host(way.first);
    const StartedHost& to = lab.host(way.second);
    if (from.host.number == 0 || to.host.number == 0)
        throw daemon::UsageError("the switch is no end of a way: name two hosts");
    if (way.first == way.second)
        throw daemon::UsageError(fmt::format(
            "from {} to itself nothing goes over the switch: name two hosts", way.first));
    const Fd lock = lock_folder(state);
    Faults faults = read_faults(state);
    Fault fault = faults[way];
    change(fault);
    if (fault == Fault{})
        faults.erase(way);
    else
        faults[way] = fault;
    stop_delay(state, way);
    apply_rules(lab, faults);
    if (!fault.cut && fault.delay_ms > 0) start_delay(state, lab, way, fault);
    write_faults(state, faults);
}

}  // namespace waymark::lab
