// What the server says about itself, in Prometheus' words.
#pragma once

#include "bus/nats.hpp"
#include "metrics/exposition.hpp"
#include "server/process_usage.hpp"
#include "server/reload.hpp"
#include "storage/storage_counters.hpp"
#include "transport/gatekeeper.hpp"
#include "transport/wire_counters.hpp"

namespace parley::server {

void write_build(metrics::exposition&);
void write_process(metrics::exposition&, const process_usage&);
void write_wire(metrics::exposition&, const transport::wire_totals&);
void write_limits(metrics::exposition&, const transport::gatekeeper&);
/// Nothing without a certificate.
void write_certificate(metrics::exposition&, const key_pair*);
void write_configuration(metrics::exposition&, const reload_state&);
void write_storage(metrics::exposition&, const storage::storage_counters&);
void write_bus(metrics::exposition&, const bus::bus_counters&);

}  // namespace parley::server
