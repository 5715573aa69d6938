// parley plugin call, and parley files: what the running server's plugins do for the operator.
#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <ostream>

#include "base/json.hpp"
#include "base/text.hpp"
#include "server/cli_commands.hpp"
#include "server/table.hpp"
#include "server/tool_line.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

constexpr std::chrono::hours patience{25};

/// One command of a plugin in one tenant.
class asker {
public:
    asker(const command_context& with, const config::configuration& files)
        : with_(with), folder_(files.server.server.data_directory) {}

    [[nodiscard]] result<json::object> ask(std::string_view tenant, std::string_view command,
                                           const json::object& input) const {
        return ask_running_server(folder_, {{"tenant", tenant}, {"command", command}, {"input", input}}, patience);
    }
    [[nodiscard]] const command_context& with() const { return with_; }

private:
    const command_context& with_;
    std::filesystem::path folder_;
};

std::int64_t number_in(const json::object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

constexpr std::array wrongs{std::pair{"lost", "files without their content"},
                            std::pair{"changed", "files whose content is not what was taken"},
                            std::pair{"strays", "versions whose first one is gone"},
                            std::pair{"orphans", "contents without a file"},
                            std::pair{"leftovers", "temporary files that nobody waits for"},
                            std::pair{"wrong_tallies", "wrong sums in the ledger"}};

std::int64_t wrong_in(const json::object& report) {
    std::int64_t sum = 0;
    for (const auto& [name, ignored] : wrongs) sum += number_in(report, name);
    return sum;
}

void tell(const command_context& with, const std::string& tenant, const json::object& report) {
    with.out << fmt::format("{}: {} files, {} bytes", tenant, number_in(report, "files"), number_in(report, "bytes"));
    if (wrong_in(report) == 0) with.out << "; everything agrees";
    with.out << '\n';
    for (const auto& [name, what] : wrongs)
        if (const auto count = number_in(report, name); count != 0) with.out << fmt::format("  {} {}\n", count, what);
    if (const auto* lines = report.if_contains("found"); lines != nullptr && lines->is_array())
        for (const auto& one : lines->get_array())
            if (one.is_string()) with.out << "  - " << escape_controls(std::string(one.get_string())) << '\n';
}

/// What was repaired is looked at again: only what agrees then is repaired.
outcome verify_one(const asker& by, const files_options& how, const std::string& tenant, json::array& all) {
    const json::object look{{"deep", how.deep}};
    auto found = by.ask(tenant, "files.verify", look);
    // Of all tenants, those that have no files are left out.
    if (!found && found.error().code == "not_here" && how.tenant.empty()) return outcome::done;
    if (!found) return by.with().fail(found.error());
    auto left = wrong_in(*found);
    if (left != 0 && how.repair) {
        const auto mended = by.ask(tenant, "files.verify", {{"deep", how.deep}, {"repair", true}});
        if (!mended) return by.with().fail(mended.error());
        const auto again = by.ask(tenant, "files.verify", look);
        if (!again) return by.with().fail(again.error());
        left = wrong_in(*again);
    }
    (*found)["tenant"] = tenant;
    (*found)["left"] = left;
    if (by.with().lists == listing::table) {
        tell(by.with(), tenant, *found);
        if (wrong_in(*found) != 0)
            by.with().out << (left == 0 ? "  Repaired.\n" : fmt::format("  {} not repaired.\n", left));
    }
    all.emplace_back(std::move(*found));
    return left == 0 ? outcome::done : outcome::failed;
}

/// The one that was named, or all.
std::expected<std::vector<std::string>, outcome> tenants_of(const command_context& with, const std::string& named) {
    if (!named.empty()) return std::vector{named};
    auto opened = open_workspace(with);
    if (!opened) return std::unexpected(opened.error());
    const auto all = look_up_now((*opened)->store(),
                                 [](kernel::directory& from) { return result<std::vector<tenant>>(from.tenants()); });
    if (!all) return std::unexpected(with.fail(all.error()));
    std::vector<std::string> names;
    for (const auto& one : *all) names.push_back(one.name);
    return names;
}

}  // namespace

outcome plugin_call(const command_context& with, const std::string& command, const std::string& tenant,
                    const std::string& input) {
    const auto files = load_configuration(with);
    if (!files) return files.error();
    const auto given = parse_object(input.empty() ? "{}" : input);
    if (!given) return with.misuse(given.error().message);
    const auto said = asker(with, **files).ask(tenant, command, *given);
    if (!said) return with.fail(said.error());
    with.print_json(*said);
    return outcome::done;
}

outcome files_verify(const command_context& with, const files_options& how) {
    const auto files = load_configuration(with);
    if (!files) return files.error();
    const asker by(with, **files);
    const auto tenants = tenants_of(with, how.tenant);
    if (!tenants) return tenants.error();
    json::array all;
    auto ended = outcome::done;
    for (const auto& one : *tenants)
        if (const auto made = verify_one(by, how, one, all); made != outcome::done) ended = made;
    if (with.lists == listing::json) with.print_json(all);
    return ended;
}

outcome files_move(const command_context& with, const files_options& how) {
    const auto files = load_configuration(with);
    if (!files) return files.error();
    const asker by(with, **files);
    json::object sum;
    std::int64_t moved = 0;
    for (bool done = false; !done;) {
        auto said = by.ask(how.tenant, "files.move", {{"to", how.to}});
        if (!said) return with.fail(said.error());
        const auto* end = said->if_contains("done");
        done = end == nullptr || !end->is_bool() || end->get_bool();
        moved += number_in(*said, "moved");
        // What cannot be moved is in the log.
        if (!done && number_in(*said, "moved") == 0)
            return with.fail(
                {fault::unavailable,
                 "not_moved",
                 fmt::format("{} files are not moved; the server's log says why.", number_in(*said, "left")),
                 {}});
        if (!done) with.hint(fmt::format("{} moved, {} left", moved, number_in(*said, "left")));
        sum = std::move(*said);
    }
    sum["moved"] = moved;
    if (with.lists == listing::json) {
        with.print_json(sum);
        return outcome::done;
    }
    with.out << fmt::format("{} files moved. Everything is in {}", moved, how.to);
    if (const auto rest = number_in(sum, "unchecked"); rest != 0)
        with.out << fmt::format(", but for {} that are not checked yet, or were turned down", rest);
    with.out << ".\n";
    return outcome::done;
}

}  // namespace parley::server
