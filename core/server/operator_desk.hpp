// What the operator of the server asks over HTTP. It is no tenant's: it stands beside the API and not in its documents.
#pragma once

#include <functional>

#include "base/clock.hpp"
#include "base/gcra.hpp"
#include "base/work_pool.hpp"
#include "kernel/audit.hpp"
#include "server/config_settings.hpp"
#include "server/reload.hpp"
#include "transport/http_message.hpp"

namespace parley::server {

/// POST /api/v1/operator/reload with {"dry_run": false}, and what tenant_desk answers, for who shows
/// server.operator_token. While that is empty nothing is taken, so the addresses are answered as ones that are not
/// there. Safe to use from any thread.
class operator_desk {
public:
    using preview_of = std::function<reload_outcome()>;
    using reload_by = std::function<reload_outcome(const reload_asker&)>;

    /// The addresses of tenants.
    using tenants_by = std::function<transport::http_response(const transport::http_request&)>;

    /// Reads files on a thread of its own. All must outlive it.
    operator_desk(const config_settings& in_force, const clock& time, preview_of preview, reload_by reload,
                  tenants_by tenants);

    /// Whether the request is for here.
    [[nodiscard]] bool takes(const transport::http_request&) const;
    /// 200 with the plan; 422 with every problem; 401, 429, 405, 400, 415, 503. Answers on any thread.
    void handle(transport::http_request, transport::http_answer);

    /// Refuses what waits and lets what runs end.
    void stop() { work_.stop(); }

private:
    [[nodiscard]] std::optional<transport::http_response> refusal_of(const transport::http_request&);
    void handle_tenants(transport::http_request, transport::http_answer);
    void note_refusal(const transport::http_request&, std::string_view reason);

    const config_settings& in_force_;
    preview_of preview_;
    reload_by reload_;
    tenants_by tenants_;
    gcra_table tries_;
    kernel::audit_pace pace_;
    work_pool work_;
};

}  // namespace parley::server
