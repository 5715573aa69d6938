// The operator's tenants: which there are, one more, and closing one without taking anything away.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "kernel/environment.hpp"
#include "server/config_settings.hpp"
#include "server/reload.hpp"
#include "server/tenant_wish.hpp"
#include "transport/http_message.hpp"

namespace parley::server {

/// Below /api/v1/operator/tenants, for who has shown the operator's token already. Waits for files and the store, so it
/// is called on a thread that may wait, one call after the other.
class tenant_desk {
public:
    using change_by =
        std::function<result<reload_outcome>(const reloader::proposing&, reloader::intent wanted, const reload_asker&)>;
    struct surroundings {
        const config_settings& in_force;
        kernel::store& store;
        const kernel::environment& env;
        change_by change;
        /// Called after each change that was made: tells the tenants' audit logs.
        std::function<void(const reload_outcome&, const reload_asker&)> changed;
    };
    /// What is in `with` must outlive it.
    explicit tenant_desk(surroundings with) : with_(std::move(with)) {}

    /// Whether the path is one of its addresses.
    [[nodiscard]] static bool takes(std::string_view path);

    /// GET: the tenants. POST: one more, with its first administrator. PATCH …/{name}: its hosts, its name and whether
    /// it is open. 200, 201; 404 tenant_unknown, 409 tenant_exists, 422 configuration_invalid with `problems`, 405,
    /// 415, 400, 503. What is refused has changed nothing.
    [[nodiscard]] transport::http_response answer(const transport::http_request&);

private:
    [[nodiscard]] result<boost::json::object> list() const;
    [[nodiscard]] transport::http_response create(const transport::http_request&, const tenant_wish&);
    [[nodiscard]] transport::http_response change(const transport::http_request&, const tenant_wish&);
    [[nodiscard]] result<void> check_new(const tenant_wish&) const;
    [[nodiscard]] result<reload_outcome> put(const tenant_wish&, reloader::intent, const reload_asker&) const;
    void take_back(const tenant_wish&, const reload_asker&) const;
    [[nodiscard]] result<boost::json::object> settle(const tenant_wish&, const transport::http_request&) const;

    surroundings with_;
};

}  // namespace parley::server
