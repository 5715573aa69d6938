// What it costs to ask a plugin: in this process a check hook beside a plain call, and a command with its way to a
// thread and back; and the same command where the plugin has a process of its own. Prints numbers; judges nothing.
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <future>
#include <vector>

#include "plugins/chain.hpp"
#include "plugins/child_process.hpp"
#include "plugins/discovery.hpp"
#include "plugins/host_side.hpp"
#include "plugins/in_process.hpp"

namespace {

using namespace parley;           // NOLINT: a program of one file
using namespace parley::plugins;  // NOLINT

constexpr int rounds = 20'000;
constexpr std::size_t hooks_in_a_row = 64;

double nanoseconds(ticks of) { return static_cast<double>(of.count()); }

double median(std::vector<double> of) {
    std::ranges::nth_element(of, of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2));
    return of[of.size() / 2];
}

/// Everything around the zoo's plugins, without the parts that load and watch.
struct bench {
    system_clock wall;
    id_source ids{wall, 1};
    monotonic time;
    replies open{time};
    executor threads{{.threads = 1}, time};
    callers known;
    tenant_names names;
    call_desk desk{open, threads, known, names, time, wall};
    chain judging{open, threads, desk, names, time};
    host_side side{open, known, names, desk, judging, host_ports{.time = wall, .ids = ids}};
    plugin_list all;
    settings_pool pool;
    std::shared_ptr<const snapshot> generation;

    bool load(isolation where) {
        load_choice how{.folders = {PARLEY_ZOO}, .load = {"passes", "good"}};
        auto found = discover(how);
        if (!found) return false;
        all = std::move(*found);
        side.know(all);
        choices by;
        for (const auto& one : all) {
            side.connect(*one);
            if (where == isolation::process) {
                one->runs = std::make_unique<child_process>(one->file, child_options{});
            } else {
                const auto code = load_library(one->file, one->says());
                if (!code) return false;
                one->runs = std::make_unique<in_process>(**code);
            }
            auto bound = one->runs->setup(one->says(), one->host);
            if (!bound) return false;
            one->bind(std::move(*bound));
            by.otherwise.enabled.push_back(one->id());
        }
        auto made = snapshot::make(all, by, pool);
        if (made) generation = std::move(*made);
        return made.has_value();
    }
};

/// Median time of one message past a list of hooks, from its thread's side.
double message_past(bench& in, const hook_list& list) {
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        kernel::message_case of;
        of.draft.text = "hello";
        std::promise<ticks> ended;
        ticks began{};
        const auto& scope = in.generation->at("acme", "");
        struct timed final : task {
            void run() override {
                *began = time->now();
                of->run();
            }
            std::shared_ptr<message_run> of;
            ticks* began = nullptr;
            const monotonic* time = nullptr;
        };
        const auto one = std::make_shared<timed>();
        one->began = &began;
        one->time = &in.time;
        one->of =
            std::make_shared<message_run>(in.open, in.threads, in.time, in.generation, list, scope, std::move(of),
                                          [&](const result<kernel::judgement>&) { ended.set_value(in.time.now()); });
        if (!in.threads.post(one)) return 0;
        took.push_back(nanoseconds(ended.get_future().get() - began));
    }
    return median(std::move(took));
}

double command(bench& in) {
    std::vector<double> took;
    auto& good = *std::ranges::find_if(in.all, [](const auto& one) { return one->id() == "good"; })->get();
    for (int i = 0; i < rounds; ++i) {
        std::promise<ticks> ended;
        const auto began = in.time.now();
        in.desk.call(in.generation, good,
                     {.kind = call_kind::command, .number = 0, .name = "zoo.echo", .tenant_name = "acme"},
                     [&](const answer&) { ended.set_value(in.time.now()); });
        took.push_back(nanoseconds(ended.get_future().get() - began));
    }
    return median(std::move(took));
}

/// The function itself, behind the same kind of pointer.
double plain_call() {
    static volatile std::uint64_t seen = 0;
    using function = void (*)(void*, const parley_scope*, const parley_message_draft*, parley_reply);
    const volatile function call = [](void*, const parley_scope*, const parley_message_draft*, parley_reply reply) {
        seen = seen + reply;
    };
    const monotonic time;
    const auto began = time.now();
    constexpr int calls = 10'000'000;
    for (int i = 0; i < calls; ++i) call(nullptr, nullptr, nullptr, 1);
    return nanoseconds(time.now() - began) / calls;
}

/// A thousand tenants with ten plugins each, every one with settings of its own.
void print_scopes() {
    constexpr std::size_t tenants = 1'000;
    constexpr std::size_t per_tenant = 10;
    plugin_list all;
    choices by;
    for (std::size_t i = 0; i < per_tenant; ++i) {
        embedded from;
        from.says.id = fmt::format("plugin{}", i);
        from.says.hooks.push_back({});
        from.says.hooks.back().event = "message.send";
        all.push_back(std::make_unique<plugin>(static_cast<std::uint32_t>(i), "", std::move(from)));
        all.back()->bind(as_said(all.back()->says()));
    }
    for (std::size_t t = 0; t < tenants; ++t) {
        auto& own = by.tenants[fmt::format("tenant{}", t)].own;
        for (const auto& one : all) {
            own.enabled.push_back(one->id());
            own.settings[one->id()] = fmt::format(R"({{"limit":{},"words":["a","b","c"]}})", t);
        }
    }
    settings_pool pool;
    const monotonic time;
    const auto before = ::mallinfo2().uordblks;
    const auto began = time.now();
    const auto made = snapshot::make(all, by, pool);
    const auto took = time.now() - began;
    const auto bytes = ::mallinfo2().uordblks - before;
    if (!made) return;
    fmt::print("1,000 tenants with 10 plugins each  {:10.1f} ms to make, {} bytes a tenant and plugin\n",
               nanoseconds(took) / 1e6, bytes / (tenants * per_tenant));
    const auto ask = [&](const snapshot& in) {
        constexpr int asks = 1'000'000;
        std::size_t seen = 0;
        const auto start = time.now();
        for (int i = 0; i < asks; ++i) seen += in.at("tenant500", "").route->judges_of("message.send")->size();
        return seen == 0 ? 0 : nanoseconds(time.now() - start) / asks;
    };
    const double many = ask(**made);
    choices one;
    one.tenants["tenant500"] = by.tenants["tenant500"];
    const auto alone = snapshot::make(all, one, pool);
    if (alone)
        fmt::print("who judges here                     {:10.1f} ns of 1,000 tenants, {:.1f} ns of one\n", many,
                   ask(**alone));
}

}  // namespace

int main() {
    static bench in;
    static bench far;
    if (!in.load(isolation::in_process) || !far.load(isolation::process)) {
        fmt::print(stderr, "the plugins of the zoo cannot be loaded from {}\n", PARLEY_ZOO);
        return 1;
    }
    const auto passes = std::ranges::find_if(in.all, [](const auto& one) { return one->id() == "passes"; })->get();
    const hook_use use{.of = passes, .number = 0, .seen = &passes->hooks.front(), .deadline = std::chrono::seconds{1}};
    const double one = message_past(in, hook_list(1, use));
    const double many = message_past(in, hook_list(1 + hooks_in_a_row, use));
    fmt::print("plain call                          {:10.1f} ns\n", plain_call());
    fmt::print("check hook, one more in a chain     {:10.1f} ns\n", (many - one) / static_cast<double>(hooks_in_a_row));
    fmt::print("message past one check hook         {:10.1f} ns on the thread that asks\n", one);
    fmt::print("command, to a thread and back       {:10.1f} ns\n", command(in));
    fmt::print("the same in a process of its own    {:10.1f} ns\n", command(far));
    for (const auto& each : far.all) each->runs->stop();
    print_scopes();
    in.threads.stop();
    far.threads.stop();
    return 0;
}
