// Between the kernel's workers, the databases and the plugins.
#include "server/plugin_state.hpp"

#include <utility>

namespace parley::server {
namespace {

plugins::errand errand_of(kernel::plugin_errand what) {
    return {.plugin = std::move(what.plugin),
            .name = std::move(what.name),
            .tenant = what.tenant,
            .tenant_name = std::move(what.tenant_name),
            .model = std::move(what.model),
            .input = std::move(what.input),
            .patience = what.patience};
}

plugins::answer_taker answer_to(kernel::plugin_calls::taker done) {
    return [done = std::move(done)](plugins::answer said) mutable {
        if (said.how == plugins::call_end::done && said.status == PARLEY_OK) return done(kernel::errand_end::done, "");
        done(kernel::errand_end::failed, said.sentence.empty() ? std::move(said.code) : std::move(said.sentence));
    };
}

}  // namespace

plugin_state::plugin_state(storage::database_options kernel, std::filesystem::path data, const clock& time,
                           kernel::store& store)
    : databases_(kernel, std::move(data), time),
      is_sqlite_(kernel.url.starts_with("sqlite:")),
      relay_(store, counts_),
      events_(store, *this, counts_),
      jobs_(store, *this, counts_) {}

result<plugins::database_place> plugin_state::open(const plugins::embedded& from) {
    auto made = databases_.open(from.says.id, is_sqlite_ ? from.sqlite : from.postgresql);
    if (!made) return std::unexpected(made.error());
    const std::shared_ptr<storage::plugin_database> own = std::move(*made);
    std::vector<kernel::said_event_type> says;
    for (const auto& one : from.says.says)
        says.push_back({.plugin = from.says.id,
                        .type = one.type,
                        .sentence = one.sentence,
                        .schema = one.data,
                        .heard_with = one.heard_with});
    relay_.add(from.says.id, std::move(says), own);
    using enum plugins::database_place::kind;
    return plugins::database_place{
        .of = is_sqlite_ ? sqlite : postgresql, .where = own->where(), .schema = own->schema()};
}

result<void> plugin_state::upgrade(const plugins::embedded& from) {
    const auto made = databases_.open(from.says.id, is_sqlite_ ? from.sqlite : from.postgresql);
    if (!made) return std::unexpected(made.error());
    return {};
}

void plugin_state::committed(std::string_view plugin) { relay_.committed(plugin); }

void plugin_state::schedule(request what, std::move_only_function<void(result<void>)> done) {
    jobs_.schedule({.plugin = std::move(what.plugin),
                    .job = std::move(what.job),
                    .tenant = what.tenant,
                    .key = std::move(what.key),
                    .at = what.at,
                    .input = std::move(what.input)},
                   std::move(done));
}

void plugin_state::committed(tenant_id where, std::span<const std::shared_ptr<const event>> what) {
    events_.committed(where, what);
}

void plugin_state::start(const kernel::environment& env, plugins::plugins& all) {
    all_ = &all;
    std::vector<kernel::plugin_listener> hearings;
    std::vector<kernel::job_kind> jobs;
    for (const auto& one : all.all()) {
        hearings.push_back({.plugin = one->id(), .types = {one->bound.events.begin(), one->bound.events.end()}});
        for (const auto& job : one->bound.jobs)
            jobs.push_back({.plugin = one->id(),
                            .job = job.name,
                            .every = job.every,
                            .lease = job.lease,
                            .most_tries = job.most_tries});
    }
    relay_.start(env);
    events_.start(env, std::move(hearings));
    jobs_.start(env, std::move(jobs));
}

void plugin_state::look() {
    events_.look();
    jobs_.look();
}

void plugin_state::stop() {
    events_.stop();
    jobs_.stop();
    relay_.stop();
}

bool plugin_state::is_on(std::string_view plugin, std::string_view tenant) const {
    const auto* const found = all_->find(plugin);
    return found != nullptr && all_->now()->is_on(tenant, *found);
}

void plugin_state::hear(kernel::plugin_errand what, taker done) {
    const auto* const found = all_->find(what.plugin);
    if (found == nullptr || !all_->now()->at(what.tenant_name, what.model).is_on(*found))
        return done(kernel::errand_end::off, "");
    all_->hear(errand_of(std::move(what)), answer_to(std::move(done)));
}

/// A plugin that is on in some models only works in the first of them.
void plugin_state::work(kernel::plugin_errand what, taker done) {
    const auto* const found = all_->find(what.plugin);
    const auto now = all_->now();
    if (found == nullptr || !now->is_on(what.tenant_name, *found)) return done(kernel::errand_end::off, "");
    if (!now->at(what.tenant_name, "").is_on(*found))
        for (const auto& model : now->models_of(what.tenant_name))
            if (what.model.empty() && now->at(what.tenant_name, model).is_on(*found)) what.model = model;
    all_->work(errand_of(std::move(what)), answer_to(std::move(done)));
}

void plugin_state::measure(metrics::exposition& to) const {
    if (all_ == nullptr || all_->all().empty()) return;
    using metrics::kind;
    to.single(kind::counter, "parley_plugin_events_said_total", "Events brought from plugins' outboxes into the log.",
              counts_.relayed.load());
    to.single(kind::counter, "parley_plugin_events_refused_total", "Events in outboxes that may not be said.",
              counts_.refused.load());
    to.single(kind::counter, "parley_plugin_events_heard_total", "Events that plugins took.", counts_.heard.load());
    to.single(kind::counter, "parley_plugin_events_failed_total", "Times that a plugin did not take an event.",
              counts_.heard_failed.load());
    to.family(kind::counter, "parley_plugin_jobs_total", "Runs of plugins' jobs, by how they ended.");
    to.sample(counts_.jobs_done.load(), {{"end", "done"}});
    to.sample(counts_.jobs_failed.load(), {{"end", "failed"}});
    to.sample(counts_.jobs_given_up.load(), {{"end", "given_up"}});
}

}  // namespace parley::server
