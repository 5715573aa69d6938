// The changes one after the other, each with its outcome in /metrics.
#include "load/reloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace parley::load {
namespace {

constexpr std::chrono::milliseconds between{50};
constexpr double patience_ms = 20'000;

/// Half of what stands there would be noticed by the pair, if it ever came into force.
std::string wrong(unsigned which, unsigned n) {
    const std::array texts{
        fmt::format("plugins: {{enable: [left, right]}}\nleft: {{a: {}, b: 99}}\nright: {{a: {}}}\n", n, n),
        fmt::format("plugins: {{enable: [right, nobody]}}\nleft: {{a: {}}}\n", n),
        std::string("plugins: {enable: [left\n"),
    };
    return texts[which % texts.size()];
}

std::string right(unsigned which, unsigned n) {
    // On more often than off, so that most changes are changes of settings.
    const bool on = which % 4 != 3;
    return fmt::format("plugins: {{enable: [{0}]}}\nleft: {{a: {1}, b: {1}}}\nright: {{a: {1}, b: {1}}}\n",
                       on ? "left, right" : "", n);
}

struct outcomes {
    double all = 0;
    double generation = 0;
};

outcomes look(const server_process& server) {
    const auto now = server.read_metrics();
    return {now.at("parley_config_reloads_total"), now.at("parley_config_generation")};
}

}  // namespace

std::string with_the_pair(const std::string& isolation) {
    return fmt::format(
        "plugins: {{folders: [\"{}\"], load: [left, right]}}\nleft: {{isolation: {}}}\nright: {{isolation: {}}}\n",
        PARLEY_LOAD_PLUGINS, isolation, isolation);
}

reload_count talk_through_reloads(unsigned times, const std::string& tenant, const pace& how, server_process& server,
                                  crowd& all) {
    reload_count made;
    for (unsigned i = 0; i < times; ++i) {
        const bool is_wrong = i % 10 == 9;
        const auto n = i % 9 + 1;
        const auto before = look(server);
        server.write_tenant(tenant, is_wrong ? wrong(i / 10, n) : right(i, n));
        const auto began = now_ns();
        server.tell_to_reload();
        auto now = before;
        double took = 0;
        for (; now.all == before.all; now = look(server)) {
            all.talk(how, between / 10);
            took = static_cast<double>(now_ns() - began) * 1e-6;
            if (took > patience_ms) throw std::runtime_error("the server does not load its configuration");
        }
        if ((now.generation == before.generation) != is_wrong)
            throw std::runtime_error(fmt::format("change {} was {}", i, is_wrong ? "taken" : "refused"));
        ++(is_wrong ? made.refused : made.applied);
        made.longest_ms = std::max(made.longest_ms, took);
        made.all_ms += took;
        all.talk(how, between);
    }
    return made;
}

}  // namespace parley::load
