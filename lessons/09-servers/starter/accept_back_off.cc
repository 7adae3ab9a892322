// Write this: the instant from which on accept may be tried again, `now` and pause_. The first pause
// is kFirstPause; each next one is twice as long, and none is longer than kLongestPause.
// (succeeded(), which is given, sets pause_ back to the first.) No clock is asked.
daemon::Deadline AcceptBackOff::exhausted(Clock::time_point) {
    return daemon::Deadline(Clock::time_point{});
}
