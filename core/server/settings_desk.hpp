// Where administrators' forms become files: what is wanted is held against everything, written down and put into force.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/work_pool.hpp"
#include "config/form_file.hpp"
#include "kernel/environment.hpp"
#include "server/reload.hpp"
#include "transport/back_office.hpp"

namespace parley::server {

/// Of the file of forms as it runs; another one for each text.
[[nodiscard]] std::string form_revision(const config::configuration&, std::string_view tenant, std::string_view model);

/// Why nothing can be set in forms here now, in a sentence; empty when it can. Looks at the disk.
[[nodiscard]] std::string why_no_forms(const config::configuration&);

/// A SettingsForms of the API documents.
[[nodiscard]] boost::json::object forms_of(const config::configuration&, std::string_view tenant,
                                           std::string_view model);

/// What is to run in the place of what does, and what writes the file. Errors: model_unknown (not_found),
/// setting_unknown, setting_invalid, plugin_unknown (invalid), setting_kept (forbidden), settings_changed,
/// settings_edited (conflict); writing ends with settings_unwritable (unavailable).
[[nodiscard]] result<reloader::proposal> propose(const config::configuration& running, const transport::settings_wish&);

/// The same of a form that nobody looked at before, with nothing but settings and switches that may stand there.
[[nodiscard]] result<reloader::proposal> propose_form(const config::configuration& running, std::string_view tenant,
                                                      std::string_view model, const config::form_wish&);

/// What whoever asked is told of problems: the first that is about settings of plugins or the tenant's own.
[[nodiscard]] error told_of(const config::configuration& running, const transport::settings_wish&,
                            const std::vector<config::problem>&);

/// Works on a thread of its own, one wish after the other. Safe to use from any thread.
class settings_desk {
public:
    using change_by =
        std::function<result<reload_outcome>(const reloader::proposing&, reloader::intent wanted, const reload_asker&)>;
    /// Called after a change with what it changed and in which generation; goes on with the last.
    using tell_of = std::function<void(const kernel::caller&, boost::json::array changes, std::uint64_t generation,
                                       std::move_only_function<void()> then)>;

    /// The first must outlive it.
    settings_desk(const config_settings& in_force, change_by change, tell_of tell);

    /// As transport::back_office::change().
    void change(transport::settings_wish, transport::settings_answer);

    /// Refuses what waits and lets what runs end.
    void stop() { work_.stop(); }

private:
    void run(transport::settings_wish, transport::settings_answer);

    const config_settings& in_force_;
    change_by change_;
    tell_of tell_;
    work_pool work_;
};

}  // namespace parley::server
