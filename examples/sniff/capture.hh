// Where frames come from and where they are kept, by libpcap: an interface (a socket of packet(7)
// underneath), a file of pcap or pcapng. Link types are Ethernet, and IP without anything before
// it; others are refused.

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "net/frame.hh"

struct pcap;
struct pcap_dumper;

namespace waymark::sniff {

struct CapturedFrame {
    net::Bytes bytes = {};              // valid until the next one is asked for
    std::size_t bytes_on_the_link = 0;  // more than `bytes` has, if the capture cut them
    // Since 1970, UTC. Nothing if the file has an instant that cannot be one: before 1970, beyond
    // the clock, or more than a million microseconds.
    std::optional<std::chrono::microseconds> time = {};
};

enum class Next { frame, none_yet, end };

class Capture {
  public:
    // Throws UsageError if there is no such interface or no right to listen there, runtime_error if
    // it is down.
    static Capture listen_on(const std::string& interface);
    // Throws UsageError if the file cannot be opened, is none of captures, or is no regular file: a
    // pipe would hold up SIGTERM. "-" is a file of that name, here and in a Recording.
    static Capture read_file(const std::string& path);

    // Only frames of which this is true (pcap-filter(7)). Throws UsageError.
    void keep_only(const std::string& expression);

    // The next frame. `none_yet` comes from interfaces, `end` from files. Throws UsageError for a
    // file that is cut or damaged, with the number of the frame, runtime_error for an interface
    // that has gone.
    Next next(CapturedFrame& frame);

    bool has_ethernet() const { return has_ethernet_; }  // or else the frames begin with IP
    // Readable when there may be a frame; -1 for a file.
    int fd() const;
    // Frames for which the kernel had no room; 0 for a file.
    std::size_t dropped() const;

  private:
    friend class Recording;
    struct Closer {
        void operator()(pcap* handle) const;
    };
    Capture(pcap* handle, std::string name);
    void look_at_link_type();

    std::unique_ptr<pcap, Closer> handle_;
    std::string name_;
    bool is_live_ = false;
    bool has_ethernet_ = true;
    std::size_t frames_ = 0;
    const void* head_ = nullptr;  // libpcap's, of the last frame; for a Recording
};

// A file that frames are kept in.
class Recording {
  public:
    // The capture must live as long. Throws UsageError if the file cannot be made, or is the one
    // that is being read.
    Recording(Capture& capture, const std::string& path);

    // Keeps the last frame that the capture gave.
    void add(const CapturedFrame& frame);
    // Throws runtime_error if the file cannot take what was added.
    void flush();

  private:
    struct Closer {
        void operator()(pcap_dumper* dumper) const;
    };
    const Capture& capture_;
    std::string path_;
    std::unique_ptr<pcap_dumper, Closer> dumper_;
};

}  // namespace waymark::sniff
