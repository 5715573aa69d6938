// A server's number is its own for as long as it is connected to the database.
#pragma once

#include <atomic>
#include <memory>

#include "base/error.hpp"
#include "storage/database.hpp"

namespace parley::storage {

/// Advisory locks of PostgreSQL on a connection of their own: they go with the process, however it ends, and with the
/// database. SQLite is for one server, which has nothing to claim there. hold() is called from one thread at a time.
class node_claim {
public:
    node_claim(std::shared_ptr<database>, unsigned node);
    ~node_claim();
    node_claim(const node_claim&) = delete;
    node_claim& operator=(const node_claim&) = delete;

    /// Takes the number, or looks whether it is still held and takes it again when the connection was lost. Waits for
    /// the database only when it must connect. Errors: node_taken (conflict), node_late (unavailable: our own lost
    /// connection has it still, and is told to let go), database_unreachable (unavailable).
    [[nodiscard]] result<void> hold();
    /// Whether this is the one server that does what one at a time should do, as of the last hold(). Any thread.
    [[nodiscard]] bool leads() const { return leads_; }

private:
    struct line;

    const std::shared_ptr<database> database_;
    const unsigned node_;
    std::unique_ptr<line> line_;  ///< null: not connected, or no lock
    int lost_ = 0;                ///< the process at PostgreSQL that had the lock for us before; 0: none
    std::atomic<bool> leads_;
};

}  // namespace parley::storage
