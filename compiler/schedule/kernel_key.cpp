#include "schedule/kernel_key.h"

#include <bit>
#include <cctype>

namespace spikeloom {
namespace {

const char* letter(spikeloom_element e) {
  return e == SPIKELOOM_BITS ? "b" : "f";
}

void append(std::string& key, std::uint64_t number) {
  key += std::to_string(number) + ',';
}

std::string key_of(const CellKernel& k) {
  std::string key = k.in_blocks ? "cell in blocks ports " : k.many ? "many cells ports " : "cell ports ";
  for (const auto& port : k.ports) {
    for (const auto& read : port) {
      key += letter(read.element);
      if (read.constant) key += 'c';
      if (read.linear) key += read.may_be_dense ? 'd' : 'l';
      if (read.emptied) key += read.is_one_step ? '1' : 'e';
    }
    key += ';';
  }
  key += " fixed ";
  for (const bool uniform : k.fixed_uniform) key += uniform ? 'u' : 'n';
  key += " zeros ";
  for (const bool zero : k.fixed_zero) key += zero ? '0' : 'x';
  key += " states ";
  for (const CellKernel::State s : k.states)
    key += s == CellKernel::State::traced ? 't' : s == CellKernel::State::counter ? 'c' : 's';
  key += " tables ";
  for (const LevelTable& t : k.cell.tables) append(key, table_bits(t));
  key += " next ";
  for (const NodeId n : k.cell.next_state) append(key, n);
  key += " values ";
  for (const NodeId n : k.values) append(key, n);
  key += " output ";
  append(key, k.cell.output);
  append(key, k.cell.winner);
  key += " nodes ";
  for (const ExprNode& n : k.cell.nodes) {
    key += name_of(n.op);
    key += n.type == Type::Bool ? '?' : '.';
    append(key, std::bit_cast<std::uint32_t>(n.value));
    append(key, n.index);
    for (const NodeId a : n.arg) append(key, a);
  }
  return key;
}

std::string key_of(const CopyKernel& k) {
  return std::string("copy ") + letter(k.output);
}

std::string key_of(const DelayKernel& k) {
  return std::string("delay ") + letter(k.input) + letter(k.output);
}

std::string key_of(const SparseKernel& k) {
  return std::string("sparse ") + letter(k.input) + std::to_string(k.index_bytes) + (k.weights ? 'w' : 'u') +
         (k.emptied ? "e" : "");
}

const char* word_of(Pool::How how) {
  return how == Pool::How::sum ? "sum" : how == Pool::How::average ? "mean" : "largest";
}

std::string key_of(const ConvolutionKernel& k) {
  return std::string("convolution ") + letter(k.input) + (k.may_be_dense ? 'd' : 'e') +
         (k.pool ? word_of(*k.pool) : "");
}

std::string key_of(const PoolKernel& k) {
  return std::string("pool ") + word_of(k.how) + letter(k.input) + (k.has_border ? 'b' : 'p') +
         (k.uniform ? 'u' : 'n');
}

std::string key_of(const SequenceKernel&) {
  return "sequence";
}

std::string word_of(const CellKernel& k) {
  std::string word = k.has_linear() ? "linear_" : "cell_";
  for (const char c : k.cell.model)
    if (std::isalnum(static_cast<unsigned char>(c))) word += c;
  return word.substr(0, 40);
}
std::string word_of(const CopyKernel&) {
  return "copy";
}
std::string word_of(const DelayKernel&) {
  return "delay";
}
std::string word_of(const SparseKernel&) {
  return "sparse";
}
std::string word_of(const ConvolutionKernel&) {
  return "convolution";
}
std::string word_of(const PoolKernel&) {
  return "pool";
}
std::string word_of(const SequenceKernel&) {
  return "sequence";
}

}  // namespace

unsigned table_bits(const LevelTable& table) {
  return static_cast<unsigned>(std::bit_width(table.levels.empty() ? 0 : table.levels.size() - 1));
}

std::string kernel_key(const KernelKind& kind) {
  return std::visit([](const auto& k) { return key_of(k); }, kind);
}

std::string kernel_symbol(const KernelKind& kind, std::size_t number) {
  return "spikeloom_" + std::to_string(number) + '_' +
         std::visit([](const auto& k) { return word_of(k); }, kind);
}

}  // namespace spikeloom
