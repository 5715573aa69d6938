// A command that a plugin offers to clients; the transport makes an operation of it.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "kernel/environment.hpp"

namespace parley::kernel {

/// What a command carries besides JSON, as the constants of parley/abi/ext/registry.h say; all but `json` are
/// transfers.
enum class carried : std::uint8_t { json = 1, sends, takes_bytes, takes_parts };

/// The permission that nobody need hold.
inline constexpr std::string_view public_permission = "public";

/// Texts live as long as the server.
struct offered_command {
    std::string plugin;      ///< "reactions"
    std::string name;        ///< "reaction.add"
    std::string permission;  ///< of the environment's permissions; checked before `run`
    std::string method;      ///< "PUT"; GET only reads
    /// "/api/v1/messages/{message}/reactions/{emoji}". A conversation or message that it names must be the caller's to
    /// see; otherwise it is not found, and `run` is not called.
    std::string path;
    std::string sentence;
    boost::json::object input;   ///< {"fields": [...]}, as parley/abi/ext/registry.h says
    boost::json::object output;  ///< JSON Schema of the answer; empty: an empty object
    carried carries = carried::json;
    std::filesystem::path files{};   ///< of transfers: where bodies go and answers come from; empty: neither
    std::filesystem::path assets{};  ///< of transfers: what the plugin brings along to serve
    /// Of transfers: by plugin, the folders of others that it may read.
    std::map<std::string, std::filesystem::path, std::less<>> lent{};

    /// Whether the plugin is on anywhere in this tenant; where it is not, the command is not there. Any thread.
    std::function<bool(std::string_view tenant_name)> is_on;

    /// What a client asked for, checked against `input`, in the model (empty: none) of the conversation that the path
    /// names. Any thread; calls back exactly once, on any thread.
    std::function<void(caller, std::string model, boost::json::object input,
                       std::move_only_function<void(result<boost::json::object>)>)>
        run;
};

/// The API as clients have it, for plugins: an operation by its name, with the rights of the caller. Any thread.
class api {
public:
    virtual ~api() = default;
    /// Calls back exactly once, on any thread, also from inside; `not_found` with the code command_unknown when there
    /// is no such operation.
    virtual void invoke(caller, std::string_view operation, boost::json::object input,
                        std::move_only_function<void(result<boost::json::object>)>) = 0;
    /// Whether there is such an operation, and it changes nothing.
    [[nodiscard]] virtual bool only_reads(std::string_view /*operation*/) const { return false; }
};

}  // namespace parley::kernel
