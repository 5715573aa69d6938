// Loading the configuration again while the server runs: all of it or nothing.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "config/environment.hpp"
#include "config/load.hpp"
#include "config/plan.hpp"
#include "config/problem.hpp"
#include "server/config_settings.hpp"
#include "server/running_config.hpp"

namespace parley::server {

/// Who wants a reload: for the log and the tenants' audit logs.
struct reload_asker {
    enum class way : std::uint8_t { signal = 1, tool, api, form };
    way by = way::signal;
    std::int64_t account = -1;  ///< of the system, whose process sent the signal; -1: not known
    std::string address{};      ///< of the operator's or administrator's client; api and form only
    std::string request_id{};   ///< likewise
};
/// "signal", "tool", "operator", "form".
[[nodiscard]] std::string_view name_of(reload_asker::way);

/// What `parley config reload` sends along with its SIGHUP.
inline constexpr int told_by_tool = 0x7072;

/// What came of one reload.
struct reload_outcome {
    std::uint64_t generation = 1;           ///< in force afterwards
    config::plan changes;                   ///< empty when refused
    std::vector<config::problem> problems;  ///< not empty: refused, and nothing changed

    [[nodiscard]] bool applied() const { return problems.empty(); }
};

enum class reload_result : std::uint8_t { none = 1, applied, refused };

struct reload_state {
    std::uint64_t generation = 1;  ///< one more with each reload that was applied
    moment loaded_at;              ///< when that generation was
    reload_result last = reload_result::none;
    std::uint64_t applied = 0;  ///< reloads since the start
    std::uint64_t refused = 0;
};

/// Safe to use from any thread; of several reloads one runs at a time.
class reloader {
public:
    /// Whether a change is to be thought through, or made; or made of settings and nothing else, such as plugins'
    /// files.
    enum class intent : std::uint8_t { preview = 1, reload, settings_alone };
    /// What changes along with the settings.
    struct following {
        std::move_only_function<void()> apply = [] {};  ///< cannot fail
        std::vector<config::plugin_turnover> plugins{};
    };
    /// Given the configuration that is to hold, it changes nothing yet and gives what does so; or why it cannot be
    /// done, and then nothing changes at all. For a preview it starts nothing either.
    using follower = std::function<result<following>(const config::configuration& next, intent)>;

    /// Other texts than those that run, and what writes them down.
    struct proposal {
        std::shared_ptr<const config::source_set> sources;
        std::move_only_function<result<void>()> keep;
        /// Whether something that would be passed over is wrong with what is proposed.
        std::function<bool(const config::problem&)> is_about = [](const config::problem&) { return false; };
    };
    /// Given what runs; an error ends it.
    using proposing = std::function<result<proposal>(const config::configuration& running)>;

    /// The first two must outlive it.
    reloader(config_settings& in_force, const clock& time, follower also = nothing_follows,
             config::plugin_sections plugins = {});

    /// Writes down what the server runs on. Once, when it has started.
    void publish();

    /// Reads and validates everything again, the file being that of the configuration in force. With any problem all
    /// stays as it is; otherwise live settings hold from now on and the others keep their running value. Logs the
    /// problems or the plan, line by line. Takes as long as reading the files does.
    reload_outcome reload(const config::environment&, const reload_asker& who = {});

    /// What a reload would do now. Changes nothing and logs nothing.
    [[nodiscard]] reload_outcome preview(const config::environment&);

    /// Turns to what is proposed and writes it down, both or neither; what else changed on the disk since the last
    /// reload is not looked at, but for secrets, which are read again. `wanted` is preview or settings_alone. Problems
    /// are given and not logged, because whoever caused them gets them. Errors: the proposal's, what a plugin has
    /// against it (conflict, plugin_refuses), and what writing ends with.
    result<reload_outcome> change(const proposing&, const config::environment&, intent wanted, const reload_asker&);

    [[nodiscard]] reload_state state() const;

    /// For /ready: generation, loaded_at, last_reload.
    [[nodiscard]] boost::json::object details() const;

private:
    struct prepared;
    using preparation = std::expected<prepared, std::vector<config::problem>>;

    static result<following> nothing_follows(const config::configuration&, intent);
    [[nodiscard]] preparation prepare(const config::configuration& running, const config::environment&, intent) const;
    [[nodiscard]] preparation prepare_at_border(const config::configuration& running, const config::environment&,
                                                intent) const;
    reload_outcome apply(const config::configuration& running, prepared next, const reload_asker&);
    [[nodiscard]] result<reload_outcome> think_through(const config::configuration& running, const proposing&,
                                                       const config::environment&, intent wanted, const reload_asker&);
    reload_outcome turn_to(prepared next, const reload_asker&);
    reload_outcome refuse(std::vector<config::problem> problems, const reload_asker&);

    config_settings& in_force_;
    const clock& time_;
    follower also_;
    config::plugin_sections plugins_;
    std::mutex one_at_a_time_;
    std::optional<reload_record> last_;  // guarded by one_at_a_time_
    mutable std::mutex guard_;
    reload_state state_;
};

}  // namespace parley::server
