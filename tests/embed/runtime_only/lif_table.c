#include "lif_table.h"

const float lif_beta = 0.9f, lif_threshold = 1.0f;
static _Alignas(64) const float parameters[16] = {0.9f, 1.0f};
const unsigned char* const lif_constants = (const unsigned char*)parameters;

static void lif(const spikeloom_call* call) {
  const float* p = (const float*)call->operand[3];
  for (uint32_t s = 0; s < call->steps; ++s)
    for (uint32_t b = call->first_sample; b < call->end_sample; ++b) {
      const float* current =
          (const float*)(call->operand[0] + s * call->step_stride[0] + b * call->sample_stride[0]);
      float* mem = (float*)(call->operand[1] + s * call->step_stride[1] + b * call->sample_stride[1]);
      unsigned char* spikes = call->operand[2] + s * call->step_stride[2] + b * call->sample_stride[2];
      for (uint32_t j = call->first_neuron; j < call->end_neuron; ++j) {
        const float fired = mem[j] > p[1] ? 1.0f : 0.0f;
        const float driven = p[0] * mem[j] + current[j];
        mem[j] = driven - fired * p[1];
        const unsigned spike = mem[j] > p[1];
        spikes[j / 8] = (unsigned char)((spikes[j / 8] & ~(1u << j % 8)) | spike << j % 8);
      }
    }
}

const spikeloom_kernel lif_kernels[1] = {lif};

/* Rows: 20 floats take 128 bytes, 20 bits take 64. */
static const spikeloom_buffer buffers[] = {
    {.memory = SPIKELOOM_STATE,
     .element = SPIKELOOM_FLOAT,
     .slots = SLOTS,
     .count = NEURONS,
     .row_bytes = 128,
     .offset_per_sample = 0,
     .initial = SPIKELOOM_NONE},
    {.memory = SPIKELOOM_STATE,
     .element = SPIKELOOM_FLOAT,
     .slots = 1,
     .count = NEURONS,
     .row_bytes = 128,
     .offset_per_sample = 1024,
     .initial = SPIKELOOM_NONE},
    {.memory = SPIKELOOM_STATE,
     .element = SPIKELOOM_BITS,
     .slots = SLOTS,
     .count = NEURONS,
     .row_bytes = 64,
     .offset_per_sample = 1152,
     .initial = SPIKELOOM_NONE},
    {.memory = SPIKELOOM_CONSTANT,
     .element = SPIKELOOM_FLOAT,
     .slots = 1,
     .count = 2,
     .row_bytes = 64,
     .offset = 0,
     .initial = SPIKELOOM_NONE},
};
static const spikeloom_operand operands[] = {
    {BUFFER_CURRENT, 0, 0}, {BUFFER_MEM, 0, 0}, {BUFFER_SPIKES, 0, 0}, {3, 0, 0}};
static const spikeloom_stage stages[] = {
    {.kernel = 0, .first_operand = 0, .operands = 4, .sizes = {NEURONS}, .name = 8}};
static const spikeloom_segment segments[] = {{.first_stage = 0, .stages = 1, .longest = 0}};
static const char names[] = "current\0lif1\0lif1.mem\0spikes"; /* at 0, 8, 13, 22 */
static const spikeloom_signal signals[] = {
    {.name = 0,
     .role = SPIKELOOM_INPUT,
     .buffer = BUFFER_CURRENT,
     .rank = 1,
     .shape = {NEURONS},
     .history = SPIKELOOM_NONE},
    {.name = 8,
     .role = SPIKELOOM_SPIKES,
     .buffer = BUFFER_SPIKES,
     .rank = 1,
     .shape = {NEURONS},
     .history = SPIKELOOM_NONE},
    {.name = 13,
     .role = SPIKELOOM_NEURON_STATE,
     .buffer = BUFFER_MEM,
     .rank = 1,
     .shape = {NEURONS},
     .history = SPIKELOOM_NONE},
    {.name = 22,
     .role = SPIKELOOM_OUTPUT,
     .buffer = BUFFER_SPIKES,
     .rank = 1,
     .shape = {NEURONS},
     .history = SPIKELOOM_NONE},
};

const spikeloom_table lif_table = {
    .format = SPIKELOOM_FORMAT,
    .block_steps = SLOTS,
    .hash = 1,
    .seed = 0,
    .dt = 1.0,
    .arena_per_sample = 1152 + SLOTS * 64,
    .constant_bytes = sizeof parameters,
    .group = 1,
    .buffers = 4,
    .operands = 4,
    .stages = 1,
    .segments = 1,
    .signals = 4,
    .kernels = 1,
    .names_bytes = sizeof names,
    .buffer = buffers,
    .operand = operands,
    .stage = stages,
    .segment = segments,
    .signal = signals,
    .names = names,
};
