// A parleyd of a contest's own, with a database of its own, whose people are there before it starts.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "load/child_process.hpp"
#include "load/cluster.hpp"
#include "load/contest/contest.hpp"
#include "load/seed.hpp"
#include "load/server_process.hpp"

namespace parley::load {

/// Not running, and nobody is in it.
class house {
public:
    /// `database`: "sqlite" or "postgresql", then with a cluster of its own.
    house(const contest_options& with, std::string_view database);

    /// Two people who share one conversation for each number, with so many messages of 200 bytes in it.
    void settle_two(const std::vector<std::size_t>& messages);
    /// Who is in it, by seed() or the like with the configuration that it is given.
    void settle(const std::function<population(const std::filesystem::path& config)>& seeded) {
        people_ = seeded(server_.config());
    }

    /// Until /ready says yes; again after stop().
    void start() { server_.start(); }
    void stop() { server_.stop(); }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    [[nodiscard]] pid_t pid() const { return server_.pid(); }
    [[nodiscard]] metrics counted() const { return server_.read_metrics(); }
    [[nodiscard]] const population& people() const { return people_; }
    [[nodiscard]] const std::string& token() const { return people_.people.front().token; }
    [[nodiscard]] std::string_view database() const { return cluster_ ? "PostgreSQL" : "SQLite"; }

    /// CPU seconds until now.
    struct consumption {
        std::int64_t at = 0;  ///< nanoseconds
        double server = 0;
        double database = 0;  ///< of all processes of PostgreSQL
        double own = 0;       ///< of the load generator
        [[nodiscard]] double seconds_since(const consumption& before) const {
            return static_cast<double>(at - before.at) * 1e-9;
        }
    };
    [[nodiscard]] consumption look() const;

private:
    scratch_folder folder_;
    std::unique_ptr<cluster> cluster_;
    server_process server_;
    population people_;
};

}  // namespace parley::load
