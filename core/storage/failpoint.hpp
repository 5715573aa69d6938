// Moments at which tests let the server die. A build for running has none of them: cmake's option PARLEY_FAILPOINTS.
#pragma once

#include <cstdint>

struct sqlite3;

namespace parley::storage {

enum class failpoint : std::uint8_t {
    before_commit = 1,  ///< a group has written everything, and not begun to commit
    before_fan_out,     ///< it is committed, and nobody has heard of it
    before_answers,     ///< its events are on their way, and no sender was answered
    in_checkpoint,      ///< SQLite is about to bring one more page from its log into the file
    outbox_read,        ///< what a plugin said was read, and is not in the log
    outbox_brought      ///< it is in the log, and still in the plugin's outbox
};

#ifdef PARLEY_FAILPOINTS
/// Ends this process as `kill -9` does, at the n-th arrival at the point that PARLEY_FAILPOINT=<name>:<n> in the
/// environment names. Any thread; at `before_commit` the other threads have half a second more.
void reach(failpoint);
/// Reaches `in_checkpoint` from now on: in a file with a write-ahead log nobody else writes.
void watch_checkpoints(sqlite3*);
#else
inline void reach(failpoint) {}
inline void watch_checkpoints(sqlite3*) {}
#endif

}  // namespace parley::storage
