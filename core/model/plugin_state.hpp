// What is kept about plugins in a tenant: how far they are, and what they have to do later.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "model/event.hpp"

namespace parley {

using plugin_job_id = id<struct plugin_job_tag>;

/// How far a plugin and the tenant's log have come with each other.
struct plugin_cursor {
    std::string plugin;
    std::optional<position> heard;  ///< it has taken everything up to here; nothing: it hears nothing
    std::int64_t relayed = 0;       ///< the number in its outbox up to which everything is in the log
};

/// A cursor with where it stands.
struct plugin_place {
    tenant_id tenant;
    position log_end = 0;
    plugin_cursor cursor;
};

/// Work of a plugin in one tenant, waiting or being done. (tenant, plugin, job, key) is unique.
struct plugin_job {
    plugin_job_id id;
    tenant_id tenant;
    std::string plugin;
    std::string job;
    std::string key;    ///< empty: comes round again and again; "=k": one of key k; "#12": one without
    moment due;         ///< while somebody does it: when another may take it over
    std::string input;  ///< a JSON object
    int tries = 0;      ///< begun so often
    std::optional<moment> leased_until;
    std::string leased_by;  ///< who does it; of use to operators only

    [[nodiscard]] bool is_periodic() const { return key.empty(); }
};

}  // namespace parley
