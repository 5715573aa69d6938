// Who is measured: a process that takes messages, keeps them in a database, answers and delivers them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "load/language.hpp"
#include "load/population.hpp"
#include "load/server_process.hpp"

namespace parley::load {

/// Where it lives, and with how many people.
struct household {
    std::filesystem::path programs;  ///< the folder of parleyd, parley and parley_reference
    std::filesystem::path folder;    ///< for this one alone; exists
    std::string database_url;
    std::string more = {};  ///< further lines of parley.yaml
    unsigned threads = 0;   ///< of parleyd for connections; 0: as many as there are cores
    std::size_t people = 0;
    std::size_t rooms = 0;
    std::size_t members_each = 0;
};

/// Runs from its making to stop() or its end. All functions throw std::runtime_error when it does not do its part.
class contestant {
public:
    virtual ~contestant() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual pid_t pid() const = 0;
    [[nodiscard]] virtual const language& speaks() const = 0;
    [[nodiscard]] virtual const population& people() const = 0;
    /// Empty when it counts nothing.
    [[nodiscard]] virtual metrics counted() const = 0;
    /// Null when it is not parleyd.
    [[nodiscard]] virtual server_process* parley() = 0;
    virtual void stop() = 0;
};

/// "parley", "reference" (reference.cpp) or "peer" (Socket.IO, peer/server.js); the latter two want PostgreSQL.
[[nodiscard]] std::unique_ptr<contestant> start_contestant(std::string_view name, const household& at);

/// The tenant in which everything happens on parleyd.
inline constexpr std::string_view tenant = "load";

}  // namespace parley::load
