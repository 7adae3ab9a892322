// Files of positions, in and out.
//
//   GET  /api/devices/{}/export?format=gpx&from=MS&to=MS   the file, for whoever may see the device
//   POST /api/devices/{}/import?upload=0&at=0&last=1[&format=F]   a piece of a file, as
//        application/octet-stream, for whoever may change the device (he could as well correct
//        each position by hand). The first has upload 0 and at 0; the answer (TrackUpload::to_json)
//        says which number the upload has, and from which byte on the next piece begins. 409 if it
//        begins elsewhere, with the right place in "at"; 404 if the upload is forgotten;
//        413 if the file is longer than the setting; 400 if the file cannot be read on: what came
//        before is stored. With last=1 the file is at its end. With stop=1 no more of it comes:
//        what was read stays, and a line or a record that was cut in the middle is none.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/event_loop.hh"
#include "net/http/exchange.hh"
#include "net/task.hh"
#include "web_app/routes.hh"
#include "web_app/store_changes.hh"
#include "web_app/track_download.hh"
#include "web_app/track_upload.hh"

namespace waymark::tracker {

class TrackFilesApi {
  public:
    // The pages send smaller ones (assets/track-files.js).
    static constexpr std::size_t kLongestPiece = std::size_t{8} << 20;
    TrackFilesApi(net::EventLoop& loop, DatabaseReads& reads, StoreChanges& changes)
        : reads_(reads), download_(reads), uploads_(loop), changes_(changes) {}
    TrackFilesApi(const TrackFilesApi&) = delete;
    TrackFilesApi& operator=(const TrackFilesApi&) = delete;

    void add_routes(Routes& routes);
    void set_longest_file(std::uint64_t bytes) { longest_file_ = bytes; }

  private:
    using Exchange = net::http::Exchange;
    struct Piece;

    net::Task<> import_piece(Exchange& exchange, Viewer viewer);
    bool read_query(Exchange& exchange, const Viewer& viewer, Piece& piece);
    // Null: the exchange has been answered.
    std::shared_ptr<TrackUpload> upload_of(Exchange& exchange, const Viewer& viewer,
                                           const Piece& piece, UnixMillis oldest);
    net::Task<> read_body(Exchange& exchange, Viewer viewer, TrackUpload& upload, Piece& piece);
    net::Task<> hand_on(Exchange& exchange, Viewer viewer, TrackUpload& upload, Piece& piece,
                        bool is_last);

    DatabaseReads& reads_;
    TrackDownload download_;
    TrackUploads uploads_;
    StoreChanges& changes_;
    std::uint64_t longest_file_ = 0;
};

}  // namespace waymark::tracker
