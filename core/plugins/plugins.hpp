// All plugins of this server: loaded, set up, started, asked, stopped.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/judging.hpp"
#include "kernel/offered_command.hpp"
#include "plugins/call_desk.hpp"
#include "plugins/discovery.hpp"
#include "plugins/executor.hpp"
#include "plugins/ports.hpp"
#include "plugins/snapshot.hpp"
#include "plugins/succession.hpp"

namespace parley::plugins {

/// Makes what runs a plugin outside of this process.
using isolator = std::function<std::expected<std::unique_ptr<instance>, problems>(const plugin&)>;

struct plugins_options {
    load_choice load;
    judged_by server;
    executor_options threads;
    isolator isolate;  ///< empty: plugins that want a process of their own are refused
};

/// What happens somewhere in a tenant, for a plugin that hears it or has work to do there.
struct errand {
    std::string plugin;
    std::string name;  ///< of the event or the job
    tenant_id tenant;
    std::string tenant_name;
    std::string model;         ///< empty: none
    std::string input = "{}";  ///< a JSON object
    ticks patience = std::chrono::seconds{30};
};

/// How many threads there are and what waits.
struct load_now {
    executor::counts threads;
    std::size_t waiting = 0;  ///< calls nobody has answered
};

class plugins {
public:
    /// Loads and sets up all that are chosen, in the order of their needs; or every problem of all of them. On one
    /// thread, the setup thread; what was loaded stays in the process whatever comes of it.
    [[nodiscard]] static std::expected<std::unique_ptr<plugins>, problems> load(const plugins_options&, host_ports);

    /// As stop().
    ~plugins();
    plugins(const plugins&) = delete;
    plugins& operator=(const plugins&) = delete;

    /// What puts these choices into force, at once and whole; or why they cannot be, and then nothing changes. Any
    /// thread.
    [[nodiscard]] std::expected<std::move_only_function<void()>, problems> prepare(const choices&);
    /// Both in one.
    [[nodiscard]] problems apply(const choices&);

    /// What lies in the place of the files that were loaded; nothing is done about it. On the thread that reloads.
    [[nodiscard]] std::expected<succession, problems> look_at_files() const;
    /// For succession::begin.
    [[nodiscard]] plugin_store* rows() const;

    /// From now on plugins may ask for things by themselves. On the setup thread, once.
    void start(kernel::api&);
    /// Nobody is called any more; what waits is answered as at its deadline. Blocks for a few seconds at most.
    void stop();

    /// That there is such a tenant, so that plugins can do something there by themselves. Any thread.
    void know_tenant(tenant_id, std::string_view name);

    [[nodiscard]] kernel::judges& judges();
    /// For the transport's catalogue, in the order of loading.
    [[nodiscard]] std::vector<kernel::offered_command> commands();

    /// Calls back exactly once, on any thread. `not_asked` when the plugin is not on there. Any thread.
    void hear(errand, answer_taker);
    void work(errand, answer_taker);
    /// A command that its plugin lets the operator run; its name is enough.
    void operate(errand, answer_taker);

    [[nodiscard]] const plugin_list& all() const;
    [[nodiscard]] const plugin* find(std::string_view id) const;
    /// The generation in force.
    [[nodiscard]] std::shared_ptr<const snapshot> now() const;
    [[nodiscard]] load_now load_of() const;
    /// What is not as it should be, a sentence each: open breakers, dead processes, what plugins say of themselves.
    [[nodiscard]] problems trouble() const;

private:
    struct parts;
    explicit plugins(std::unique_ptr<parts>);
    void run_errand(call_kind, const std::vector<std::string>& names, plugin&, errand, answer_taker);
    std::unique_ptr<parts> parts_;
};

}  // namespace parley::plugins
