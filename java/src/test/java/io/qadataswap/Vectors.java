package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compare.VectorEqualsVisitor;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.StructVector;

/** Fills vectors at random and compares them. */
final class Vectors {
  private Vectors() {}

  /** Sets so many values, a share of them null. */
  static void fill(FieldVector vector, int rows, double nulls, Random random) {
    if (vector instanceof NullVector) {
      vector.setValueCount(rows);
    } else if (vector instanceof BaseFixedWidthVector fixed) {
      fixed.allocateNew(Math.max(1, rows));
      ArrowBuf data = fixed.getDataBuffer();
      for (long i = 0; i < data.capacity(); i++) {
        data.setByte(i, random.nextInt());
      }
      fixed.setValueCount(rows);
      for (int i = 0; i < rows; i++) {
        if (random.nextDouble() < nulls) {
          fixed.setNull(i);
        } else {
          BitVectorHelper.setBit(fixed.getValidityBuffer(), i);
        }
      }
    } else if (vector instanceof BaseVariableWidthVector variable) {
      variable.allocateNew();
      for (int i = 0; i < rows; i++) {
        if (random.nextDouble() >= nulls) {
          variable.setSafe(i, text(random));
        }
      }
      vector.setValueCount(rows);
    } else if (vector instanceof BaseLargeVariableWidthVector large) {
      large.allocateNew();
      for (int i = 0; i < rows; i++) {
        if (random.nextDouble() >= nulls) {
          large.setSafe(i, text(random));
        }
      }
      vector.setValueCount(rows);
    } else if (vector instanceof BaseVariableWidthViewVector view) {
      view.allocateNew();
      for (int i = 0; i < rows; i++) {
        if (random.nextDouble() >= nulls) {
          view.setSafe(i, text(random));
        }
      }
      vector.setValueCount(rows);
    } else {
      fillNested(vector, rows, nulls, random);
    }
  }

  private static void fillNested(FieldVector vector, int rows, double nulls, Random random) {
    vector.allocateNew();
    int total = 0;
    if (vector instanceof StructVector struct) {
      for (FieldVector child : struct.getChildrenFromFields()) {
        fill(child, rows, child.getField().isNullable() ? nulls : 0, random);
      }
      struct.setValueCount(rows);
      for (int i = 0; i < rows; i++) {
        if (random.nextDouble() < nulls) {
          struct.setNull(i);
        } else {
          struct.setIndexDefined(i);
        }
      }
      return;
    }
    for (int i = 0; i < rows; i++) {
      boolean isNull = random.nextDouble() < nulls;
      int count = random.nextInt(4);
      if (vector instanceof FixedSizeListVector list) {
        total += list.getListSize();
        if (!isNull) {
          list.startNewValue(i);
        }
      } else if (!isNull && vector instanceof ListVector list) {
        list.startNewValue(i);
        list.endValue(i, count);
        total += count;
      } else if (!isNull && vector instanceof LargeListVector list) {
        list.startNewValue(i);
        list.endValue(i, count);
        total += count;
      } else if (!isNull && vector instanceof ListViewVector list) {
        list.startNewValue(i);
        list.endValue(i, count);
        total += count;
      } else if (!isNull && vector instanceof LargeListViewVector list) {
        list.startNewValue(i);
        list.endValue(i, count);
        total += count;
      }
    }
    FieldVector child = vector.getChildrenFromFields().get(0);
    fill(child, total, child.getField().isNullable() ? nulls : 0, random);
    vector.setValueCount(rows);
  }

  private static byte[] text(Random random) {
    byte[] text = new byte[random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(12)];
    random.nextBytes(text);
    for (int i = 0; i < text.length; i++) {
      text[i] &= 0x7f;
    }
    return text;
  }

  static void assertSame(VectorSchemaRoot expected, VectorSchemaRoot actual) {
    assertEquals(expected.getSchema(), actual.getSchema());
    assertEquals(expected.getRowCount(), actual.getRowCount());
    for (int i = 0; i < expected.getFieldVectors().size(); i++) {
      assertSame(expected.getVector(i), actual.getVector(i));
    }
  }

  static void assertSame(FieldVector expected, FieldVector actual) {
    assertEquals(expected.getValueCount(), actual.getValueCount());
    // Types are compared by the schema: unions report other type codes than they have.
    assertTrue(
        VectorEqualsVisitor.vectorEquals(expected, actual, (left, right) -> true),
        () -> expected.getField() + "\nexpected " + expected + "\nactual " + actual);
  }
}
