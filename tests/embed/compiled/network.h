/* A graph with a neuron of its own: an adapting membrane, recurrent over a delay, with decays that are
 * computed from time constants when the network is compiled. Raw text, so that C and C++ can both have it. */
#ifndef NETWORK_H
#define NETWORK_H

enum { NEURONS = 24, INPUTS = 10 };

static const char network[] =
    "{ \"spikeloom\": 1, \"name\": \"adapting ring\", \"dt\": 1.0, \"seed\": 3,"
    "  \"neurons\": { \"tired\": {"
    "    \"doc\": \"a membrane that tires with every spike\","
    "    \"parameters\": {"
    "      \"tau_mem\": { \"doc\": \"membrane time constant in ms\", \"above\": 0 },"
    "      \"tau_tired\": { \"doc\": \"time constant of recovery in ms\", \"above\": 0 },"
    "      \"threshold\": { \"doc\": \"firing threshold\", \"default\": 1 } },"
    "    \"state\": { \"mem\": \"membrane potential\", \"tired\": \"what a spike leaves behind\" },"
    "    \"update\": ["
    "      \"mem = exp(-dt / tau_mem) * mem + input - 0.3 * tired + 0.02 * normal(0)\","
    "      \"tired = exp(-dt / tau_tired) * tired\" ],"
    "    \"spike\": \"mem > threshold + tanh(tired)\","
    "    \"on_spike\": [ \"mem = 0\", \"tired = tired + 1\" ] } },"
    "  \"inputs\": { \"current\": { \"shape\": [10] } },"
    "  \"nodes\": {"
    "    \"fc\":   { \"type\": \"linear\", \"from\": \"current\","
    "               \"weight\": { \"random\": \"normal\", \"mean\": 0.1, \"std\": 0.3, \"seed\": 1, "
    "\"shape\": [24, 10] } },"
    "    \"ring\": { \"type\": \"linear\", \"from\": { \"node\": \"cells\", \"delay\": 3 },"
    "               \"weight\": { \"random\": \"normal\", \"mean\": 0, \"std\": 0.2, \"seed\": 2, \"shape\": "
    "[24, 24] } },"
    "    \"cells\": { \"type\": \"tired\", \"from\": [\"fc\", \"ring\"], \"tau_mem\": 20, \"tau_tired\": 50 "
    "} },"
    "  \"outputs\": { \"spikes\": \"cells\", \"membrane\": \"cells.mem\" } }";

/* The current of one step; whole multiples of 1/16, so that every host computes it alike. */
static inline float current_of(int step, int input) {
  return (float)((step * 7 + input * 5) % 11 - 3) / 16.0f;
}

#endif
