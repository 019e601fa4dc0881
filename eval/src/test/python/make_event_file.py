"""Writes golden.tfevents with TensorBoard's own protobuf classes and record writer (pip install tensorboard)."""

import math
import pathlib

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

TARGET = pathlib.Path(__file__).parent.parent / "resources/org/tune4j/eval/sink/golden.tfevents"


def scalars(wall_time, step, values):
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
    return Event(wall_time=wall_time, step=step, summary=summary)


EVENTS = [
    Event(wall_time=1700000000.25, file_version="brain.Event:2"),
    Event(wall_time=1700000000.5, step=301, session_log=SessionLog(status=SessionLog.START)),
    scalars(1700000001.0, 301, {"train/loss": 2.5, "train/learning_rate": 2e-4}),
    scalars(1700000002.0, 1 << 40, {"eval/损失": 0.1, "eval/accuracy": 0.0}),
    scalars(1700000003.0, 302, {"train/grad_norm": math.inf, "train/" + "long" * 80: -1e-30}),
]

with open(TARGET, "wb") as file:
    writer = RecordWriter(file)
    for event in EVENTS:
        writer.write(event.SerializeToString())
