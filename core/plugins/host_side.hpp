// What plugins ask the host for: the tables by name, and what is behind them.
#pragma once

#include <parley/abi/plugin.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "plugins/call_desk.hpp"
#include "plugins/chain.hpp"
#include "plugins/plugin.hpp"
#include "plugins/ports.hpp"

namespace parley::plugins {

/// Behind every plugin's parley_host. Safe to use from any thread once all plugins are connected.
class host_side {
public:
    host_side(replies& open, callers& known, tenant_names& names, call_desk& desk, chain& judging, host_ports ports)
        : open_(open), known_(known), names_(names), desk_(desk), judging_(judging), ports_(std::move(ports)) {}

    /// Gives the plugin its parley_host.
    void connect(plugin&);
    /// Who there is; before any of them is set up.
    void know(const std::vector<std::unique_ptr<plugin>>& all) { all_ = &all; }
    /// From now on plugins can invoke commands.
    void open_api(kernel::api& to) { api_ = &to; }

    // Behind the tables; `me` is who asks.
    void finish(plugin& me, parley_reply, const parley_outcome&);
    using taker = std::move_only_function<void(result<boost::json::object>)>;
    void invoke(plugin& me, std::uint64_t caller, std::string_view command, std::string_view input, taker);
    void invoke_as_plugin(plugin& me, tenant_id, std::string_view command, std::string_view input, taker);
    void decide(plugin& me, tenant_id, message_id, parley_status, std::string_view reason, taker);
    struct service_request {
        std::uint64_t caller = 0;
        tenant_id tenant;
        std::string_view model;
        std::string_view service;
        std::string_view input;
    };
    void call_service(plugin& me, const service_request&, answer_taker);
    void schedule(plugin& me, job_store::request, taker);
    void committed(plugin& me);
    [[nodiscard]] const host_ports& ports() const { return ports_; }

private:
    [[nodiscard]] result<kernel::caller> as_plugin(const plugin&, tenant_id) const;
    void run(plugin& me, result<kernel::caller>, std::string_view command, std::string_view input, taker);
    [[nodiscard]] result<boost::json::object> providers(plugin& me, const snapshot&, std::string_view tenant_name,
                                                        const service_request&) const;
    void may(plugin& me, kernel::caller, const service_request&, taker) const;
    void audit(plugin& me, kernel::caller, const service_request&, taker) const;
    void replace(plugin& me, tenant_id, const service_request&, taker) const;
    [[nodiscard]] plugin* who_serves(const plugin& me, std::string_view service) const;

    replies& open_;
    callers& known_;
    tenant_names& names_;
    call_desk& desk_;
    chain& judging_;
    host_ports ports_;
    const std::vector<std::unique_ptr<plugin>>* all_ = nullptr;
    std::atomic<kernel::api*> api_{nullptr};
};

/// The table of that name, null when there is none; static.
[[nodiscard]] const void* host_table(const parley_host*, parley_text id);

}  // namespace parley::plugins
