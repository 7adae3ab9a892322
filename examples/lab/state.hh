// The folder in which commands find a lab that is up, and what stands in it:
//
//   keeper.pid   locked by the keeper (daemon/pidfile): the lab is up for as long as it is
//   hosts        a line for each host: its name, its number, its process 1
//   etc-hosts    what the hosts have as /etc/hosts
//   faults       what cut, drop and delay have asked for (faults.hh)
//   delay-*      locked by the processes that hold frames back (delay.hh)
//
// The lock counts, not the files: those of a lab that was killed are removed by the next `up`.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/pidfile.hh"
#include "host_init.hh"

namespace waymark::lab {

class State {
  public:
    // `folder` as a person named it; empty: $XDG_RUNTIME_DIR/waymark-lab, or
    // /tmp/waymark-lab-UID where there is no such variable.
    explicit State(const std::string& folder);

    std::string file(const std::string& name) const { return folder_ + "/" + name; }

    // Makes the folder, takes the keeper's lock and removes what a lab that was killed has left.
    // Throws UsageError if a lab is up there, or if the folder is somebody else's or has files in
    // it and no lab's.
    daemon::PidFile lock() const;
    // Takes away all that lock() and the lab have put there. For the holder of the lock.
    void remove(daemon::PidFile& lock) const;

    // The keeper, if a lab is up.
    std::optional<daemon::LockedProcess> keeper() const;

    // Throws std::system_error.
    void write_hosts(const std::vector<StartedHost>& hosts) const;

  private:
    void make_folder() const;
    bool is_for_labs() const;
    void remove_files() const;

    std::string folder_;
};

// A lab that is up, as a command sees it.
class Lab {
  public:
    // Throws UsageError if none is.
    static Lab find(const State& state);

    // The switch is the first, then the gateway.
    const std::vector<StartedHost>& hosts() const { return hosts_; }
    // By name. Throws UsageError that says which there are.
    const StartedHost& host(const std::string& name) const;
    // host1 to hostN: whom `exec all` means.
    std::vector<const StartedHost*> machines() const;
    const StartedHost& bridge() const { return hosts_.front(); }  // the switch; a word of C++
    const daemon::LockedProcess& keeper() const { return keeper_; }

  private:
    Lab(daemon::LockedProcess keeper, std::vector<StartedHost> hosts)
        : keeper_(std::move(keeper)), hosts_(std::move(hosts)) {}

    daemon::LockedProcess keeper_;
    std::vector<StartedHost> hosts_;
};

}  // namespace waymark::lab
