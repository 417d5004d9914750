"""What would have to be otherwise for another answer, each change put to the test of an evaluation."""
