#include "net/idle_streams.hh"

namespace waymark::net {

IdleStreams::Place::Place(IdleStreams& all, Stream& stream) : all_(all), stream_(stream) {
    all_.streams_.insert(&stream_);
}

IdleStreams::Place::~Place() {
    all_.streams_.erase(&stream_);
}

void IdleStreams::cancel() {
    for (Stream* stream : streams_) stream->cancel();
}

}  // namespace waymark::net
