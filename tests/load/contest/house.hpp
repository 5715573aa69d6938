// A parleyd on SQLite whose people have talked before it starts.
#pragma once

#include "load/child_process.hpp"
#include "load/contest/contest.hpp"
#include "load/seed.hpp"
#include "load/server_process.hpp"

namespace parley::load {

/// Two people who share one conversation for each number, with so many messages of 200 bytes in it.
class house {
public:
    house(const contest_options& with, const std::vector<std::size_t>& messages);

    /// Until /ready says yes; again after stop().
    void start() { server_.start(); }
    void stop() { server_.stop(); }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] pid_t pid() const { return server_.pid(); }
    [[nodiscard]] const population& people() const { return people_; }
    [[nodiscard]] const std::string& token() const { return people_.people.front().token; }

private:
    scratch_folder folder_;
    server_process server_;
    population people_;
};

}  // namespace parley::load
