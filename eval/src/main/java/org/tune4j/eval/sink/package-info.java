/** Where else a run's record goes besides its folder: event files of TensorBoard, MLflow. */
package org.tune4j.eval.sink;
