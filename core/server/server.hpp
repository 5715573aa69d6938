// The running server: every floor put together, started and stopped in order.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "config/configuration.hpp"
#include "config/environment.hpp"
#include "server/open_database.hpp"
#include "server/reload.hpp"

namespace parley::server {

struct start_options {
    std::filesystem::path migrations;
    migration_choice migrate = migration_choice::embedded_only;
    config::environment variables{};  ///< that reloads read, as the start did
};

/// Everything that keeps such a server from starting and can be known before anything is changed: node, data directory
/// (which is made), port, a PostgreSQL that does not answer.
[[nodiscard]] std::vector<error> check_start(const config::server_settings&);

class server {
public:
    /// Either a server that takes requests, or everything that keeps it from doing so.
    using started = std::expected<std::unique_ptr<server>, std::vector<error>>;

    /// Prepares the data directory, opens the database, listens. The log must have been started before.
    [[nodiscard]] static started start(std::shared_ptr<const config::configuration>, const start_options&);

    /// As stop().
    ~server();
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    /// The port in use.
    [[nodiscard]] std::uint16_t port() const;

    /// As reloader::reload(), and tells the tenants' audit logs; connected clients notice nothing.
    reload_outcome reload(const reload_asker&);

    /// Takes no more requests and says so on /ready, tells clients to come back, lets what is under way finish for as
    /// long as server.drain_timeout_seconds says, commits what waits. Blocks; doing it twice does nothing.
    void stop();

private:
    struct parts;
    explicit server(std::unique_ptr<parts>);
    std::unique_ptr<parts> parts_;
};

}  // namespace parley::server
