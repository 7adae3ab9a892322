// A connected socket on the event loop, for coroutines: read and write with deadlines.
//
//     const Transfer got = co_await stream.read_some(buffer, deadline);
//     if (got.outcome != Outcome::done) co_return;
//
// The socket is watched edge-triggered (epoll(7)): the kernel tells each change once, so a request
// and its answer cost one recv and one send and no call to say what we wait for next. The price is
// that the stream must remember what it was told: it tries first, and waits only when the kernel
// had nothing (or no room) left.
//
// One read and one write may wait at the same time. A Stream belongs to its loop's thread.
//
// With a layer (net/stream_layer, net/tls_stream) the same calls serve a secured connection. Bytes
// are then those that the caller sees, and an end is one that the peer has signed.

#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "daemon/deadline.hh"
#include "daemon/fd.hh"
#include "net/event_loop.hh"
#include "net/stream_layer.hh"

namespace waymark::net {

class Address;

enum class Outcome {
    done,
    end,        // the peer has sent its last byte
    timed_out,  // the deadline came first
    cancelled,  // somebody called cancel()
    failed,     // the system says why in Transfer::error: ECONNRESET, EPIPE, ...
    truncated,  // only with a layer: the connection has ended, and the peer did not say that it
                // would
};

struct [[nodiscard]] Transfer {
    Outcome outcome = Outcome::done;
    std::size_t bytes = 0;  // moved, also when the outcome is not done
    int error = 0;          // an errno value when failed
};

class Stream : private EventLoop::Watcher, private Wire {
  public:
    // Takes ownership of a connected, non-blocking stream socket, and of the layer if there is one.
    // Throws std::system_error if the loop cannot watch it.
    Stream(EventLoop& loop, daemon::Fd socket, std::unique_ptr<StreamLayer> layer = {});
    // The same, accepted from this peer: what it has sent already is told in the loop's next round.
    Stream(EventLoop& loop, daemon::Fd socket, const Address& peer,
           std::unique_ptr<StreamLayer> layer = {});
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    virtual ~Stream();

    class Handshake;
    class Read;
    class Readable;
    class Write;
    class SendFile;

    // Without a layer it is done at once. With one, everything else has to wait for it. A handshake
    // that fails has told the peer why, and has given it kLinger to read that: were the socket
    // closed with unread bytes in it, the kernel would send a reset, which overtakes it. `failed`
    // comes with EPROTO when the layer has the reason (failure()).
    static constexpr std::chrono::milliseconds kLinger{1'000};
    Handshake handshake(daemon::Deadline deadline);

    // At least one byte, into `buffer`, which must not be empty and stays in place until then. A
    // deadline that has come before the call ends it, also when bytes wait: so loops end on time.
    Read read_some(std::span<char> buffer, daemon::Deadline deadline);

    // Waits until a read would not wait. It needs no buffer: ten thousand idle connections hold
    // none.
    Readable readable(daemon::Deadline deadline);

    // All of `bytes`. When it has to wait, it looks after each `patience` how much the peer has
    // taken since the last look; less than kLeastTaken, and it times out. So a peer that has
    // stopped is given up, and one that drips as well. Taken is what the kernel need not keep any
    // more (SIOCOUTQ, tcp(7)); a look for room would see only every third of its buffer. The kernel
    // frees it in steps, of a whole buffer on a Unix socket and of a window's part on TCP: who
    // takes less than such a step in a patience may be given up, so let it be seconds.
    static constexpr std::size_t kLeastTaken = 1024;
    // With `more` to follow at once, the kernel (for 200 ms at most) or the layer may keep a last
    // short part until then, so that a head and its file need no segment each (MSG_MORE, send(2)).
    // `end` makes shutdown_write() a part of the write, which goes out with the last bytes.
    using Follows = net::Follows;
    Write write_all(std::string_view bytes, std::chrono::milliseconds patience,
                    Follows follows = Follows::nothing);
    // The same for several pieces in one call (writev(2)); at most kMostPieces.
    static constexpr std::size_t kMostPieces = 4;
    Write write_all(std::span<const std::string_view> pieces, std::chrono::milliseconds patience,
                    Follows follows = Follows::nothing);

    // `count` bytes of `file` from `offset`, by sendfile(2). A file that turns out shorter ends it
    // with Outcome::end. `more` is as `nothing` here.
    SendFile send_file(const daemon::Fd& file, off_t offset, std::size_t count,
                       std::chrono::milliseconds patience, Follows follows = Follows::nothing);

    // Tells the peer that no more will come; it may still send (shutdown(2), SHUT_WR). With a layer
    // the layer says so first; without this call the peer will find what it got truncated.
    void shutdown_write();

    // Closing then resets the connection instead of ending it in order (SO_LINGER 0, socket(7)):
    // what a peer is due that we no longer wish to spend anything on.
    void reset_on_close();

    // Called once, when the peer's socket has sent its last byte or has reset the connection; at
    // once if that is known already. For whoever only writes, and would learn of it with its next
    // byte. Must not destroy the stream, nor set another handler. An empty one calls nobody.
    void when_peer_ends(std::function<void()> handler);

    // What waits now ends with Outcome::cancelled, and so does all that follows.
    void cancel();
    bool is_cancelled() const { return cancelled_; }

    const daemon::Fd& socket() const { return socket_; }
    EventLoop& loop() { return loop_; }
    const StreamLayer* layer() const { return layer_.get(); }  // null for a plain connection

  private:
    struct AtFirst;
    Stream(EventLoop& loop, daemon::Fd&&, std::unique_ptr<StreamLayer>&&, AtFirst known);

    // A read or write that waits. It lives in the frame of the coroutine that awaits it.
    class Operation {
      public:
        Operation(const Operation&) = delete;
        Operation& operator=(const Operation&) = delete;

        bool await_ready();
        void await_suspend(std::coroutine_handle<> coroutine);
        Transfer await_resume() const { return result_; }

      protected:
        using Side = Operation* Stream::*;

        Operation(Stream& stream, Side side, daemon::Deadline deadline)
            : stream_(stream), side_(side), deadline_(deadline) {}
        virtual ~Operation();

        // Does what can be done without waiting; true when there is nothing more to wait for.
        virtual bool advance() = 0;
        // Asked when the deadline has come: false if it is put off, for advance() to be called.
        virtual bool is_too_late() { return true; }
        bool finish(Outcome outcome, int error = 0);
        // What `end` and -1 of the layer mean.
        bool finish_at_end();

        Stream& stream_;
        Side side_;
        daemon::Deadline deadline_;
        Transfer result_;

      private:
        friend class Stream;
        EventLoop::Resumable resumable_;
        bool is_finished_ = false;  // without a wait, but the others had to have their turn
    };

    // What a write and a file have in common.
    class Sending;

    bool on_ready(std::uint32_t events) override;
    void note_peer_ended();
    void advance(Operation* operation);
    void deadline_came(Operation* operation);
    void give_up(Operation* operation, Outcome outcome);
    void complete(Operation& operation);
    Timer& timer_of(const Operation& operation);

    // One try each, with EINTR repeated; they note when the kernel has no more (or no room), and
    // know it until it says otherwise.
    ssize_t receive(std::span<char> buffer) final;
    ssize_t send(std::string_view bytes) final;
    ssize_t send(std::span<iovec> pieces, Follows follows = Follows::nothing);
    ssize_t send_part_of(const daemon::Fd& file, off_t& offset, std::size_t count);
    ssize_t note_full(ssize_t result);
    void hold_last_segment();
    int flush_layer();

    EventLoop& loop_;
    daemon::Fd socket_;
    std::unique_ptr<StreamLayer> layer_;
    Timer read_timer_;
    Timer write_timer_;
    Operation* reading_ = nullptr;
    Operation* writing_ = nullptr;
    bool may_read_;
    bool short_read_empties_;       // a read that fills less than its buffer has taken all
    bool surely_readable_ = false;  // announced, and nothing read since
    bool may_write_ = true;
    bool peer_ended_ = false;  // the kernel has said so; what it sent before is still to be read
    bool cancelled_ = false;
    bool is_ending_ = false;  // shutdown_write() was called; a layer's may still be unsent
    std::function<void()> peer_ended_handler_;
};

class Stream::Handshake final : public Operation {
  public:
    Handshake(Stream& stream, daemon::Deadline deadline)
        : Operation(stream, &Stream::reading_, deadline) {}

  private:
    bool advance() override;
    bool is_too_late() override;
    void fail(int error);
    bool linger();

    bool has_failed_ = false;
    std::size_t dropped_ = 0;  // of what came after the failure
};

class Stream::Read final : public Operation {
  public:
    Read(Stream& stream, std::span<char> buffer, daemon::Deadline deadline)
        : Operation(stream, &Stream::reading_, deadline), buffer_(buffer) {}

  private:
    bool advance() override;
    std::span<char> buffer_;
};

class Stream::Readable final : public Operation {
  public:
    Readable(Stream& stream, daemon::Deadline deadline)
        : Operation(stream, &Stream::reading_, deadline) {}

  private:
    bool advance() override;
};

class Stream::Sending : public Operation {
  protected:
    Sending(Stream& stream, std::chrono::milliseconds patience, Follows follows)
        : Operation(stream, &Stream::writing_, daemon::Deadline::never()),
          follows_(follows),
          patience_(patience) {}

    // One system call. Gives what it gave, and counts it off what is left.
    virtual ssize_t put_some() = 0;
    virtual bool is_all_put() const = 0;

    const Follows follows_;

  private:
    bool advance() final;
    bool has_unsent() const { return stream_.layer_ && stream_.layer_->has_unsent(); }
    bool is_too_late() final;
    void look();
    std::ptrdiff_t taken() const;

    std::chrono::milliseconds patience_;
    daemon::Deadline next_look_;
    std::ptrdiff_t taken_at_look_ = 0;
};

class Stream::Write final : public Sending {
  public:
    Write(Stream& stream, std::span<const std::string_view> pieces,
          std::chrono::milliseconds patience, Follows follows);

  private:
    ssize_t put_some() override;
    bool is_all_put() const override { return first_ == last_; }
    void take(std::size_t count);

    std::array<iovec, kMostPieces> pieces_;
    std::size_t first_ = 0;
    std::size_t last_ = 0;
};

class Stream::SendFile final : public Sending {
  public:
    SendFile(Stream& stream, const daemon::Fd& file, off_t offset, std::size_t count,
             std::chrono::milliseconds patience, Follows follows)
        : Sending(stream, patience, follows), file_(file), offset_(offset), left_(count) {}

  private:
    ssize_t put_some() override;
    bool is_all_put() const override { return left_ == 0; }
    ssize_t put_through_layer();

    const daemon::Fd& file_;
    off_t offset_;
    std::size_t left_;
    bool is_corked_ = false;
};

}  // namespace waymark::net
