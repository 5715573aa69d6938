// parley doctor: one line a check, and what to do where one is not good.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <ostream>

#include "base/text.hpp"
#include "server/check_up.hpp"
#include "server/cli_commands.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

std::string_view word_of(health how) {
    switch (how) {
        case health::ok:
            return "OK";
        case health::warn:
            return "WARN";
        case health::fail:
            return "FAIL";
    }
    return "FAIL";
}

void print(const command_context& with, const std::vector<finding>& all) {
    if (with.lists == listing::json) {
        boost::json::array rows;
        for (const auto& one : all)
            rows.push_back(
                boost::json::object{{"result", word_of(one.how)}, {"check", one.what}, {"detail", one.detail}});
        with.print_json(rows);
        return;
    }
    for (const auto& one : all)
        with.out << fmt::format("{:<4}  {}: {}\n", word_of(one.how), one.what, escape_controls(one.detail));
}

std::vector<finding> examine(const config::configuration& of, const command_context& with) {
    const system_clock time;
    std::vector<finding> all{{health::ok, "configuration", fmt::format("{} is valid", of.file.string())},
                             check_data_folder(of),
                             check_free_space(of),
                             check_clock(time)};
    std::ranges::move(check_database(of, with.migrations, time), std::back_inserter(all));
    std::ranges::move(check_certificate(of, time), std::back_inserter(all));
    all.push_back(check_listening(of));
    all.push_back(check_descriptors());
    std::ranges::move(check_file_modes(of), std::back_inserter(all));
    return all;
}

}  // namespace

outcome doctor(const command_context& with) {
    const auto configured = load_configuration(with);
    if (!configured) {
        print(with, {{health::fail, "configuration", "has the problems listed above; mend them first"}});
        return configured.error();
    }
    const auto all = examine(**configured, with);
    print(with, all);
    const bool sick = std::ranges::any_of(all, [](const finding& one) { return one.how == health::fail; });
    return sick ? outcome::failed : outcome::done;
}

}  // namespace parley::server
