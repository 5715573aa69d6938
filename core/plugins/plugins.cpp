// Everything put together: one timer, one executor, one chain, and the plugins.
#include "plugins/plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/json.hpp"
#include "base/log.hpp"
#include "plugins/abi_text.hpp"
#include "plugins/host_side.hpp"
#include "plugins/in_process.hpp"

namespace parley::plugins {
namespace {

constexpr std::chrono::milliseconds tick{10};
constexpr std::chrono::milliseconds idle_tick{50};
constexpr ticks health_every = std::chrono::seconds{30};
constexpr std::chrono::seconds patience_at_stop{2};

problems named(const plugin& of, problems from) {
    for (auto& one : from) one = fmt::format("plugin {}: {}", of.id(), one);
    return from;
}

std::expected<std::unique_ptr<instance>, problems> make_instance(const plugin& of, const isolator& isolate) {
    if (of.runs_as == isolation::process) {
        if (!isolate)
            return std::unexpected(problems{"It wants a process of its own, which this server cannot give it."});
        return isolate(of);
    }
    const auto code = load_library(of.file, of.says());
    if (!code) return std::unexpected(code.error());
    return std::make_unique<in_process>(**code);
}

problems open_database(plugin& of, plugin_store* in) {
    if (!of.says().storage) return {};
    if (in == nullptr) return {"It keeps rows, and this server has no place for them."};
    auto place = in->open(of.from);
    if (!place) return {place.error().message};
    auto made = std::make_unique<own_database>();
    made->where = std::move(place->where);
    made->schema = std::move(place->schema);
    made->table = sized<parley_database>();
    made->table.kind = place->of == database_place::kind::sqlite ? PARLEY_SQLITE : PARLEY_POSTGRESQL;
    made->table.where = lend(made->where);
    made->table.schema = lend(made->schema);
    of.database = std::move(made);
    return {};
}

/// Its own folder, and those of others that it may read, whether they are loaded or not.
problems open_folders(plugin& of, const host_ports& in) {
    auto wanted = of.says().reads_files_of;
    if (of.says().files) wanted.insert(wanted.begin(), of.id());
    for (const auto& whose : wanted) {
        if (!in.files_folder) return {"It keeps files, and this server has no place for them."};
        const auto made = in.files_folder(whose);
        if (!made) return {made.error().message};
        of.folders.emplace(whose == of.id() ? std::string() : whose, made->string());
    }
    return {};
}

/// Routes of two plugins must differ in more than the names of their parameters.
std::string shape_of(const bound_command& of) {
    std::string made = of.method + ' ';
    bool inside = false;
    for (const char c : of.path) {
        if (!inside) made += c;
        if (c == '{') inside = true;
        if (c == '}') inside = false;
    }
    return made;
}

problems check_bound(const plugin_list& all) {
    problems wrong;
    std::map<std::string, std::string> routes;
    for (const auto& one : all)
        for (const auto& command : one->bound.commands) {
            const auto [first, fresh] =
                routes.emplace(shape_of(command), fmt::format("{} of {}", command.name, one->id()));
            if (!fresh)
                wrong.push_back(fmt::format("plugin {}: command {}: {} {} leads to {} already", one->id(), command.name,
                                            command.method, command.path, first->second));
        }
    return wrong;
}

}  // namespace

/// In the order in which they are made. A thread that hangs in a plugin needs all of it, so then it is never let go of.
struct plugins::parts {
    parts(plugin_list found, const plugins_options& how, host_ports given)
        : threads(how.threads, passing),
          desk(open, threads, known, names, passing, given.time),
          judging(open, threads, desk, names, passing),
          side(open, known, names, desk, judging, std::move(given)),
          server(how.server),
          all(std::move(found)) {
        side.know(all);
        for (const auto& one : all) side.connect(*one);
    }

    [[nodiscard]] problems set_up(const plugins_options& how);
    void watch_time(const std::stop_token&);
    void ask_for_health();

    monotonic passing;
    replies open{passing};
    executor threads;
    callers known;
    tenant_names names;
    call_desk desk;
    chain judging;
    host_side side;
    const judged_by server;
    plugin_list all;
    settings_pool pool;
    std::once_flag stopped;
    std::jthread timer;
};

problems plugins::parts::set_up(const plugins_options& how) {
    problems wrong;
    const auto add = [&](problems more) { std::ranges::move(more, std::back_inserter(wrong)); };
    for (const auto& one : all) {
        auto made = make_instance(*one, how.isolate);
        if (!made) {
            add(named(*one, made.error()));
            continue;
        }
        if (auto failed = open_database(*one, side.ports().storage); !failed.empty()) {
            add(named(*one, std::move(failed)));
            continue;
        }
        if (auto failed = open_folders(*one, side.ports()); !failed.empty()) {
            add(named(*one, std::move(failed)));
            continue;
        }
        one->runs = std::move(*made);
        auto bound = one->runs->setup(one->says(), one->host);
        if (!bound) {
            add(named(*one, bound.error()));
            continue;
        }
        one->bind(std::move(*bound));
        log::info("plugin loaded", {{"plugin", one->id()},
                                    {"version", one->says().version_text},
                                    {"isolation", name_of(one->runs_as)},
                                    {"file", one->file.string()}});
    }
    add(check_bound(all));
    return wrong;
}

void plugins::parts::watch_time(const std::stop_token& end) {
    std::mutex guard;
    std::condition_variable_any never;
    std::unique_lock lock(guard);
    auto next_health = passing.now() + health_every;
    while (!end.stop_requested()) {
        const auto waiting = open.sweep();
        threads.look();
        if (passing.now() >= next_health) {
            ask_for_health();
            next_health = passing.now() + health_every;
        }
        never.wait_for(lock, end, waiting > 0 ? tick : idle_tick, [] { return false; });
    }
}

void plugins::parts::ask_for_health() {
    for (const auto& one : all) {
        if (!one->bound.health || one->stopped) continue;
        desk.call(judging.now(), *one,
                  {.kind = call_kind::health, .number = 0, .name = "health", .patience = std::chrono::seconds{5}},
                  [&of = *one](const answer& said) {
                      const bool well = said.how == call_end::done && said.status == PARLEY_OK;
                      if (of.healthy.exchange(well) == well) return;
                      if (well) return log::info("a plugin is well again", {{"plugin", of.id()}});
                      log::warning("a plugin says that it is not well",
                                   {{"plugin", of.id()}, {"sentence", said.sentence}});
                  });
    }
}

std::expected<std::unique_ptr<plugins>, problems> plugins::load(const plugins_options& how, host_ports ports) {
    auto found = discover(how.load, how.server);
    if (!found) return std::unexpected(std::move(found.error()));
    auto made =
        std::unique_ptr<plugins>(new plugins(std::make_unique<parts>(std::move(*found), how, std::move(ports))));
    auto& of = *made->parts_;
    if (auto wrong = of.set_up(how); !wrong.empty()) return std::unexpected(std::move(wrong));
    if (auto wrong = made->apply({}); !wrong.empty()) return std::unexpected(std::move(wrong));
    of.timer = std::jthread([&of](const std::stop_token& end) { of.watch_time(end); });
    return made;
}

plugins::plugins(std::unique_ptr<parts> made) : parts_(std::move(made)) {}

plugins::~plugins() {
    stop();
    if (parts_->all.empty()) return;
    // A plugin may keep its parley_host as long as the process lives, and a thread that comes back late finds
    // everything where it was.
    static auto& kept = *new std::vector<std::unique_ptr<parts>>;
    static std::mutex guard;
    const std::lock_guard lock(guard);
    kept.push_back(std::move(parts_));
}

std::expected<std::move_only_function<void()>, problems> plugins::prepare(const choices& by) {
    auto made = snapshot::make(parts_->all, by, parts_->pool);
    if (!made) return std::unexpected(std::move(made.error()));
    return [this, next = std::move(*made)]() mutable {
        parts_->judging.swap(std::move(next));
        for (const auto& one : parts_->all) one->runs->reloaded();
    };
}

problems plugins::apply(const choices& by) {
    auto made = prepare(by);
    if (!made) return std::move(made.error());
    (*made)();
    return {};
}

std::expected<succession, problems> plugins::look_at_files() const {
    return succession::look(parts_->all, parts_->server);
}

plugin_store* plugins::rows() const { return parts_->side.ports().storage; }

void plugins::start(kernel::api& to) {
    parts_->side.open_api(to);
    for (const auto& one : parts_->all) one->runs->start();
}

void plugins::stop() {
    std::call_once(parts_->stopped, [this] {
        auto& of = *parts_;
        for (const auto& one : of.all) one->stopped = true;
        of.threads.stop();
        const auto until = std::chrono::steady_clock::now() + patience_at_stop;
        for (const auto& one : of.all)
            while (one->inside.load() != 0 && std::chrono::steady_clock::now() < until)
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
        for (auto one = of.all.rbegin(); one != of.all.rend(); ++one)
            if ((*one)->runs) (*one)->runs->stop();
        for (const auto& one : of.all) of.open.abandon(one->number);
        of.timer = {};
    });
}

void plugins::know_tenant(tenant_id which, std::string_view name) { parts_->names.learn(which, name); }

kernel::judges& plugins::judges() { return parts_->judging; }

std::vector<kernel::offered_command> plugins::commands() {
    std::vector<kernel::offered_command> made;
    for (const auto& one : parts_->all)
        for (std::uint32_t i = 0; i < one->bound.commands.size(); ++i) {
            const auto& of = one->bound.commands[i];
            auto is_on = [this, to = one.get()](std::string_view tenant) { return now()->is_on(tenant, *to); };
            auto run = [this, to = one.get(), i](kernel::caller by, std::string model, boost::json::object input,
                                                 std::move_only_function<void(result<boost::json::object>)> done) {
                auto generation = now();
                if (!model.empty() && !generation->at(by.tenant_name, model).is_on(*to))
                    return done(failure(fault::not_found, "not_here", "There is nothing like this here."));
                call_request request{.kind = call_kind::command,
                                     .number = i,
                                     .name = to->bound.commands[i].name,
                                     .tenant = by.tenant,
                                     .tenant_name = by.tenant_name,
                                     .model = std::move(model),
                                     .user = by.user,
                                     .username = by.username,
                                     .request_id = by.request_id,
                                     .input = to_text(input)};
                request.for_whom = std::move(by);
                parts_->desk.call(std::move(generation), *to, std::move(request),
                                  [done = std::move(done)](const answer& said) mutable { done(result_of(said)); });
            };
            const auto own = one->folders.find("");
            std::map<std::string, std::filesystem::path, std::less<>> lent(one->folders.begin(), one->folders.end());
            lent.erase("");
            made.push_back(
                {.plugin = one->id(),
                 .name = of.name,
                 .permission = of.permission,
                 .method = of.method,
                 .path = of.path,
                 .sentence = of.sentence,
                 .input = of.input,
                 .output = of.output,
                 .carries = static_cast<kernel::carried>(of.carries),
                 .files = own == one->folders.end() ? std::filesystem::path() : std::filesystem::path(own->second),
                 .assets = one->file.parent_path() / (one->id() + ".share"),
                 .lent = std::move(lent),
                 .is_on = std::move(is_on),
                 .run = std::move(run)});
        }
    return made;
}

void plugins::run_errand(call_kind kind, const std::vector<std::string>& names, plugin& to, errand what,
                         answer_taker done) {
    const auto found = std::ranges::find(names, what.name);
    auto generation = now();
    if (found == names.end() || !generation->is_on(what.tenant_name, to)) return done({.how = call_end::not_asked});
    parts_->desk.call(std::move(generation), to,
                      {.kind = kind,
                       .number = static_cast<std::uint32_t>(found - names.begin()),
                       .name = std::move(what.name),
                       .tenant = what.tenant,
                       .tenant_name = std::move(what.tenant_name),
                       .model = std::move(what.model),
                       .input = std::move(what.input),
                       .patience = what.patience},
                      std::move(done));
}

void plugins::hear(errand what, answer_taker done) {
    for (const auto& one : parts_->all)
        if (one->id() == what.plugin)
            return run_errand(call_kind::event, one->bound.events, *one, std::move(what), std::move(done));
    done({.how = call_end::not_asked});
}

void plugins::work(errand what, answer_taker done) {
    for (const auto& one : parts_->all) {
        if (one->id() != what.plugin) continue;
        std::vector<std::string> names;
        for (const auto& job : one->bound.jobs) names.push_back(job.name);
        return run_errand(call_kind::job, names, *one, std::move(what), std::move(done));
    }
    done({.how = call_end::not_asked});
}

void plugins::operate(errand what, answer_taker done) {
    for (const auto& one : parts_->all) {
        if (std::ranges::find(one->says().operates, what.name) == one->says().operates.end()) continue;
        std::vector<std::string> names;
        for (const auto& command : one->bound.commands) names.push_back(command.name);
        return run_errand(call_kind::command, names, *one, std::move(what), std::move(done));
    }
    done({.how = call_end::not_asked});
}

const plugin_list& plugins::all() const { return parts_->all; }

const plugin* plugins::find(std::string_view id) const {
    const auto found = std::ranges::find_if(parts_->all, [&](const auto& one) { return one->id() == id; });
    return found == parts_->all.end() ? nullptr : found->get();
}

std::shared_ptr<const snapshot> plugins::now() const { return parts_->judging.now(); }

load_now plugins::load_of() const { return {.threads = parts_->threads.now(), .waiting = parts_->open.waiting()}; }

problems plugins::trouble() const {
    problems made;
    const auto look = [&](const plugin& of, const watch& at) {
        if (at.stuck.load() > 0)
            made.push_back(fmt::format("The plugin {} does not come back from {}.", of.id(), at.name()));
        if (at.is_open())
            made.push_back(fmt::format("The plugin {} is not asked for {}, because it failed again and again.", of.id(),
                                       at.name()));
    };
    for (const auto& one : parts_->all) {
        if (const auto why = one->runs->trouble(); !why.empty())
            made.push_back(fmt::format("The plugin {}: {}", one->id(), why));
        if (!one->healthy) made.push_back(fmt::format("The plugin {} says that it is not well.", one->id()));
        for (const auto& at : one->hooks) look(*one, at);
        for (const auto& kind : one->calls)
            for (const auto& at : kind) look(*one, at);
    }
    return made;
}

}  // namespace parley::plugins
